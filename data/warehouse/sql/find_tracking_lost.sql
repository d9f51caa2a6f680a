-- find_tracking_lost: when the latest report left that has not been seen at the mall.
-- in:  $mall, $shop_id
-- out: sent_at, NULL if there is none
SELECT max(sent_at)
FROM shipments
WHERE mall = $mall
  AND shop_id = $shop_id
  AND (
      state IN ('sent', 'unknown')
      OR state = 'replaced' AND (heard_at IS NULL OR heard_at < sent_at)
  );
