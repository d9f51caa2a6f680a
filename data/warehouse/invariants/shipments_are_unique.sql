-- shipments_are_unique: each (order, package, tracking number) once, and no two
-- shipments seen in one row of the mall, unless a person changed it there.
-- out: broken, one row per key
SELECT concat_ws(' ', mall, shop_id, order_number, basket_id, tracking_number) AS broken
FROM shipments
GROUP BY mall, shop_id, order_number, basket_id, tracking_number
HAVING count(*) > 1
UNION ALL
SELECT concat_ws(' ', mall, shop_id, order_number, shipping_detail_id)
FROM shipments
WHERE state = 'verified' AND reason IS NULL
GROUP BY mall, shop_id, order_number, shipping_detail_id
HAVING count(*) > 1;
