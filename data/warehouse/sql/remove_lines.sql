-- remove_lines: take away the lines a changed order no longer has.
-- in:  temporary table `written`
-- out: rows gone from order_lines; the log still has them
DELETE FROM order_lines AS stored
USING written AS w
WHERE w.verdict = 'changed'
  AND stored.mall = w.mall
  AND stored.shop_id = w.shop_id
  AND stored.order_number = w.order_number
  AND NOT list_contains(
      flatten(list_transform(
          w.body.packages, lambda p: list_transform(p.lines, lambda l: l.line_id)
      )),
      stored.line_id
  );
