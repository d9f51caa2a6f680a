-- shop_history_is_whole: a shop's moves are numbered from 1 without a gap, none is
-- earlier than the one before it, and none leads to where the shop already was.
-- out: broken, one row per move out of order
SELECT concat_ws(' ', shop, step, stage) AS broken
FROM shop_stages
WINDOW of_shop AS (PARTITION BY shop ORDER BY step)
QUALIFY step <> row_number() OVER of_shop
    OR moved_at < lag(moved_at) OVER of_shop
    OR stage = lag(stage) OVER of_shop;
