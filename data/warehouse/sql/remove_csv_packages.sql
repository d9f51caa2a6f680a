-- remove_csv_packages: take away the packages that lines left and that hold none now,
-- or two parcels would go out for one.
-- in:  temporary table `csv_moved`
-- out: rows gone from order_packages
DELETE FROM order_packages AS o
USING (
    SELECT mall, shop_id, order_number, basket_id
    FROM csv_moved
    ANTI JOIN order_lines USING (mall, shop_id, order_number, basket_id)
) AS m
WHERE o.mall = m.mall
  AND o.shop_id = m.shop_id
  AND o.order_number = m.order_number
  AND o.basket_id = m.basket_id;
