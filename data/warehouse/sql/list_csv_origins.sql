-- list_csv_origins: the shops of orders that are about to change and still stand as a
-- CSV import created them; such contents are in no log yet.
-- in:  temporary table `judged`
-- out: mall, shop_id
SELECT DISTINCT mall, shop_id
FROM judged
JOIN orders USING (mall, shop_id, order_number)
WHERE verdict = 'changed'
  AND content_hash = '';
