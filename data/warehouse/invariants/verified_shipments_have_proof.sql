-- verified_shipments_have_proof: what is verified was seen in a row of the mall;
-- what the mall took, or may have taken, was intended before; nothing was heard before.
-- out: broken, one row per shipment
SELECT concat_ws(' ', mall, shop_id, order_number, basket_id, tracking_number) AS broken
FROM shipments
WHERE (state = 'verified' AND (shipping_detail_id IS NULL OR verified_at IS NULL))
   OR (state IN ('sent', 'unknown') AND sent_at IS NULL)
   OR (request_id IS NOT NULL AND (sent_at IS NULL OR data_number IS NULL))
   OR (state = 'refused' AND reason IS NULL);
