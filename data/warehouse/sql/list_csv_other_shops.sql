-- list_csv_other_shops: whose orders the file holds beside the given shop's.
-- in:  temporary table `csv_keys`, $shop_id
-- out: shop_id, orders
SELECT shop_id, count(DISTINCT order_number) AS orders
FROM csv_keys
WHERE shop_id <> $shop_id
GROUP BY shop_id
ORDER BY shop_id;
