-- count_notices: how a shop's notices ended.
-- in:  $shop_id
-- out: reason (NULL = waiting), notices, when the first of them was received
SELECT reason, count(*) AS notices, min(received_at) AS first_received_at
FROM notices
WHERE mall = 'rakuten'
  AND shop_id = $shop_id
GROUP BY reason
ORDER BY reason;
