-- Rows of a carrier's file that were set aside, until a file of that name comes again.
-- Whoever filled in a form was told by the run itself. A carrier's file has the parcels of
-- all malls: those of another shop's orders wait for nobody.
SELECT
    i.import_id, i.mall, i.shop_id, NULL, any_value(i.imported_at),
    '送り状番号のファイル「' || any_value(i.file_name) || '」の'
        || count(DISTINCT r.row_number) || '行を取り込めませんでした('
        || min(r.row_number) || '行目: '
        || regexp_replace(first(r.reason ORDER BY r.row_number), ' ?対処:.*$', '')
        || ')。対処: 行を修正するか、注文を取り込んでから、'
        || 'もう一度取り込んでください。'
FROM shipment_rejects AS r
JOIN shipment_imports AS i USING (import_id)
ANTI JOIN shipment_imports AS later
    ON later.mall = i.mall
    AND later.shop_id = i.shop_id
    AND later.file_name = i.file_name
    AND later.imported_at > i.imported_at
WHERE i.layout <> 'form'
  AND r.is_elsewhere IS NOT TRUE
GROUP BY i.import_id, i.mall, i.shop_id
