-- list_tracking_shipments: shipments to decide on, of orders this run has read.
-- in:  $mall, $shop_id, $run_began, $numbers: these orders only; NULL = all
-- out: the columns of a shipment, seen_at: when its order was asked for, sent_at,
--      heard_at; every shipment of an order of which one is still to be reported or seen
SELECT
    s.order_number, s.basket_id, s.tracking_number, s.carrier_code, s.shipping_date,
    s.state, s.reason, s.shipping_detail_id, s.replaces,
    g.seen_at, s.sent_at, s.heard_at
FROM shipments AS s
JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND g.seen_at >= $run_began::TIMESTAMPTZ
  AND ($numbers IS NULL OR list_contains($numbers::VARCHAR[], s.order_number))
  AND s.order_number IN (
      SELECT order_number
      FROM shipments
      WHERE mall = $mall
        AND shop_id = $shop_id
        AND state IN ('planned', 'sent', 'unknown')
  )
ORDER BY s.imported_at, s.order_number, s.basket_id, s.tracking_number;
