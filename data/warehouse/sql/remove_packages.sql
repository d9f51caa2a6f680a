-- remove_packages: take away the packages a changed order no longer has.
-- in:  temporary table `written`
-- out: rows gone from order_packages; the log still has them
DELETE FROM order_packages AS stored
USING written AS w
WHERE w.verdict = 'changed'
  AND stored.mall = w.mall
  AND stored.shop_id = w.shop_id
  AND stored.order_number = w.order_number
  AND NOT list_contains(
      list_transform(w.body.packages, lambda p: p.basket_id), stored.basket_id
  );
