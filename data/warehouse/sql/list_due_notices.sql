-- list_due_notices: the orders to look at now, longest waiting first, each with all of
-- its waiting notices, because one read answers them together.
-- in:  $shop_id, $now, $order_limit
-- out: notice_key, shop_id, order_number, kind, subject, received_at
WITH waiting AS (
    SELECT
        *,
        min(received_at) OVER of_order AS waits_since,
        bool_or(next_look_at IS NULL OR next_look_at <= $now) OVER of_order AS is_due
    FROM notices
    WHERE mall = 'rakuten'
      AND shop_id = $shop_id
      AND order_number IS NOT NULL
      AND settled_at IS NULL
    WINDOW of_order AS (PARTITION BY order_number)
)
SELECT notice_key, shop_id, order_number, kind, subject, received_at
FROM waiting
WHERE is_due
QUALIFY dense_rank() OVER (ORDER BY waits_since, order_number) <= $order_limit
ORDER BY waits_since, order_number, received_at, notice_key;
