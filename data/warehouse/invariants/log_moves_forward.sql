-- log_moves_forward: in the order it was written (rowid, the log is append-only)
-- every entry of an order is later than the one before and differs from it.
-- out: broken, one row per entry out of order
SELECT concat_ws(' ', mall, shop_id, order_number, observed_at) AS broken
FROM order_log
WINDOW of_order AS (PARTITION BY mall, shop_id, order_number ORDER BY rowid)
QUALIFY observed_at <= lag(observed_at) OVER of_order
    OR content_hash = lag(content_hash) OVER of_order;
