-- begin_tracking_reports: the intent, stored before the call. Until something is heard
-- the outcome is unknown, which is also what a killed run leaves behind.
-- in:  view `tracking_changes` (order_number, basket_id, tracking_number, data_number),
--      $mall, $shop_id, $sent_at
-- out: shipments at state unknown
UPDATE shipments AS s
SET
    state = 'unknown',
    reason = NULL,
    request_id = NULL,
    data_number = c.data_number,
    sent_at = $sent_at,
    changed_at = $sent_at
FROM tracking_changes AS c
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = c.order_number
  AND s.basket_id = c.basket_id
  AND s.tracking_number = c.tracking_number;
