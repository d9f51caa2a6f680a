-- cursors_are_not_ahead: nobody has seen what was still to come.
-- out: broken, one row per shop
SELECT concat_ws(' ', mall, shop_id) AS broken
FROM order_cursors
WHERE seen_until > moved_at;
