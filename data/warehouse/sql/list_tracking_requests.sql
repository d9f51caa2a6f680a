-- list_tracking_requests: reports the mall took and whose results nobody has heard.
-- in:  $mall, $shop_id, $asked_since: RMS keeps results for 30 days, we ask for a day
-- out: request_id, sent_at, order numbers; oldest first
SELECT request_id, min(sent_at), list(DISTINCT order_number ORDER BY order_number)
FROM shipments
WHERE mall = $mall
  AND shop_id = $shop_id
  AND request_id IS NOT NULL
  AND state IN ('sent', 'unknown')
  AND sent_at >= $asked_since::TIMESTAMPTZ
  AND (heard_at IS NULL OR heard_at < sent_at)
GROUP BY request_id
ORDER BY min(sent_at), request_id;
