-- csv_orders_wait_by_hand: who told us of an order first decides for good whether
-- it moves stock (docs/rules.md 6.2).
-- out: broken, one row per order
SELECT concat_ws(' ', mall, shop_id, order_number) AS broken
FROM orders
WHERE (source = 'csv') <> (stock_policy = 'manual');
