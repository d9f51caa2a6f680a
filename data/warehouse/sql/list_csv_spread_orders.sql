-- list_csv_spread_orders: the orders that lie in several chunks, and in which part they
-- come.
-- in:  temporary table `csv_orders`, $whole_parts
-- out: order_number, part
SELECT order_number, part
FROM csv_orders
WHERE part >= $whole_parts;
