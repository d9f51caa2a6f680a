-- remove_csv_people: take away the recipients of packages that lines left and that hold none now,
-- or two parcels would go out for one.
-- in:  temporary table `csv_moved`
-- out: rows gone from order_people
DELETE FROM order_people AS o
USING (
    SELECT mall, shop_id, order_number, basket_id
    FROM csv_moved
    ANTI JOIN order_lines USING (mall, shop_id, order_number, basket_id)
) AS m
WHERE o.mall = m.mall
  AND o.shop_id = m.shop_id
  AND o.role = 'recipient'
  AND o.order_number = m.order_number
  AND o.basket_id = m.basket_id;
