-- orders_are_unique: one row per order.
-- out: broken, one row per order held twice
SELECT concat_ws(' ', mall, shop_id, order_number) AS broken
FROM orders
GROUP BY mall, shop_id, order_number
HAVING count(*) > 1;
