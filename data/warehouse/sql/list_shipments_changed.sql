-- list_shipments_changed: what a person should see of a run: every shipment that is
-- not where it should be, and those that it sent or verified.
-- in:  $mall, $shop_id, $run_began
-- out: order_number, basket_id, tracking_number, state, reason, was_sent, was_verified,
--      has_changed: each by this run
SELECT
    order_number, basket_id, tracking_number, state, reason,
    coalesce(sent_at >= $run_began::TIMESTAMPTZ, false) AS was_sent,
    coalesce(verified_at >= $run_began::TIMESTAMPTZ, false) AS was_verified,
    changed_at >= $run_began::TIMESTAMPTZ AS has_changed
FROM shipments
WHERE mall = $mall
  AND shop_id = $shop_id
  AND (
      changed_at >= $run_began::TIMESTAMPTZ
      OR sent_at >= $run_began::TIMESTAMPTZ
      OR state IN ('planned', 'sent', 'unknown')
  )
ORDER BY order_number, basket_id, tracking_number;
