-- count_found_without_notice: orders a load created that no notice has named so far.
-- in:  $load_id
-- out: one number; orders from before the shop's notices started are not missed
SELECT count(*)
FROM orders AS o
SEMI JOIN (
    SELECT * FROM order_log WHERE load_id = $load_id AND source = 'api'
) AS l
    ON l.mall = o.mall AND l.shop_id = o.shop_id
    AND l.order_number = o.order_number AND l.logged_at = o.imported_at
ANTI JOIN notices AS n
    ON n.mall = o.mall AND n.shop_id = o.shop_id AND n.order_number = o.order_number
ANTI JOIN shops AS s
    ON s.mall = o.mall AND s.shop_id = o.shop_id
    AND s.notices_start_at > o.ordered_at
WHERE o.source = 'api';
