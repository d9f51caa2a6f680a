-- shipments_have_their_order: a shipment belongs to an order we know.
-- out: broken, one row per shipment
SELECT concat_ws(' ', mall, shop_id, order_number, basket_id, tracking_number) AS broken
FROM shipments
ANTI JOIN orders USING (mall, shop_id, order_number);
