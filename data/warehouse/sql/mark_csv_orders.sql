-- mark_csv_orders: every changed order stands at 受注処理中, whatever the mall says
-- (design: rule 6.2); a changed content is no snapshot's any more.
-- in:  temporary table `csv_changes`, $mall, $shop_id, $import_id, $imported_at
-- out: rows of orders; source and stock policy stay
UPDATE orders AS o SET
    status       = '受注処理中',
    content_hash = if(k.is_content, concat('csv:', $import_id), o.content_hash),
    observed_at  = if(k.is_content, k.observed_at, o.observed_at),
    updated_at   = $imported_at
FROM csv_changes AS k
WHERE o.mall = $mall
  AND o.shop_id = $shop_id
  AND o.order_number = k.order_number;
