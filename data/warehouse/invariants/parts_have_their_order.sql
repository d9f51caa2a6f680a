-- parts_have_their_order: packages, lines and people belong to an order, lines
-- and recipients to a package, and every order has a package.
-- out: broken, one row per part without its whole
SELECT concat_ws(' ', 'package', mall, shop_id, order_number, basket_id) AS broken
FROM order_packages
ANTI JOIN orders USING (mall, shop_id, order_number)
UNION ALL
SELECT concat_ws(' ', 'line', mall, shop_id, order_number, line_id)
FROM order_lines
ANTI JOIN order_packages USING (mall, shop_id, order_number, basket_id)
UNION ALL
SELECT concat_ws(' ', role, mall, shop_id, order_number, basket_id)
FROM order_people
ANTI JOIN orders USING (mall, shop_id, order_number)
UNION ALL
SELECT concat_ws(' ', role, mall, shop_id, order_number, basket_id)
FROM (SELECT * FROM order_people WHERE role = 'recipient') AS recipients
ANTI JOIN order_packages USING (mall, shop_id, order_number, basket_id)
UNION ALL
SELECT concat_ws(' ', 'order', mall, shop_id, order_number)
FROM orders
ANTI JOIN order_packages USING (mall, shop_id, order_number);
