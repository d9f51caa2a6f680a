-- end_tracking_reports: what the mall said at once to a report.
-- in:  $mall, $shop_id, $numbers: its orders, $sent_at: as the intent has it, $state,
--      $reason, $request_id, $heard_at (NULL: its outcome is still to come)
-- out: shipments of that report at their new state
UPDATE shipments
SET
    state = if(state = 'replaced', state, $state),
    reason = if(state = 'replaced', reason, $reason),
    request_id = $request_id,
    heard_at = coalesce($heard_at::TIMESTAMPTZ, heard_at),
    changed_at = coalesce($heard_at::TIMESTAMPTZ, changed_at)
WHERE mall = $mall
  AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number)
  AND sent_at = $sent_at::TIMESTAMPTZ;
