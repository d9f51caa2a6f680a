-- gather_csv_moved: the packages that known lines are about to leave.
-- in:  temporary table `csv_changed_lines`
-- out: temporary table `csv_moved` (mall, shop_id, order_number, basket_id)
CREATE OR REPLACE TEMP TABLE csv_moved AS
SELECT DISTINCT o.mall, o.shop_id, o.order_number, o.basket_id
FROM order_lines AS o
JOIN csv_changed_lines AS n USING (mall, shop_id, order_number, line_id)
WHERE n.basket_id <> o.basket_id;
