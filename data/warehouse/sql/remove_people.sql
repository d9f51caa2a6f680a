-- remove_people: take away the people a changed order no longer has.
-- in:  temporary table `written`
-- out: rows gone from order_people, for good
DELETE FROM order_people AS stored
USING written AS w
WHERE w.verdict = 'changed'
  AND stored.mall = w.mall
  AND stored.shop_id = w.shop_id
  AND stored.order_number = w.order_number
  AND NOT list_contains(
      list_transform(w.people, lambda p: {'role': p.role, 'basket_id': p.basket_id}),
      {'role': stored.role, 'basket_id': stored.basket_id}
  );
