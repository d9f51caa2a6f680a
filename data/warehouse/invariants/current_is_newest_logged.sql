-- current_is_newest_logged: what an order's row holds is its newest log entry.
-- out: broken, one row per order that differs; orders no snapshot was stored of
--      (csv_created) have no entry
WITH newest AS (
    SELECT
        mall, shop_id, order_number,
        max(observed_at) AS observed_at,
        arg_max(content_hash, observed_at) AS content_hash
    FROM order_log
    GROUP BY mall, shop_id, order_number
)
SELECT concat_ws(' ', mall, shop_id, order_number) AS broken
FROM (SELECT * FROM orders WHERE content_source <> 'csv_created') AS o
FULL JOIN newest AS n USING (mall, shop_id, order_number)
WHERE o.content_hash IS DISTINCT FROM n.content_hash
   OR o.observed_at IS DISTINCT FROM n.observed_at;
