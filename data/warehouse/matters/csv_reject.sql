-- Orders of a mall's file that were set aside, until a later file or the mall brings them.
SELECT
    concat_ws('/', i.mall, i.shop_id, r.order_number),
    i.mall, i.shop_id, r.order_number,
    max(i.imported_at),
    '注文CSV「' || last(i.file_name ORDER BY i.imported_at) || '」の'
        || last(r.row_number ORDER BY i.imported_at, r.row_number DESC) || '行目'
        || last(
            coalesce('「' || r.column_name || '」', '')
            ORDER BY i.imported_at, r.row_number DESC
        ) || ': '
        || last(r.reason ORDER BY i.imported_at, r.row_number DESC)
        || ' 対処: モールからダウンロードし直すか、行を修正して、もう一度取り込んでください。'
FROM csv_rejects AS r
JOIN csv_imports AS i USING (import_id)
LEFT JOIN orders AS o
    ON o.mall = i.mall AND o.shop_id = i.shop_id AND o.order_number = r.order_number
LEFT JOIN order_sightings AS g
    ON g.mall = i.mall AND g.shop_id = i.shop_id AND g.order_number = r.order_number
WHERE r.order_number IS NOT NULL
  AND coalesce(greatest(o.updated_at, g.seen_at) <= i.imported_at, true)
GROUP BY i.mall, i.shop_id, r.order_number
UNION ALL
-- Rows of a mall's file that tell no order, until a file of that name comes again.
SELECT
    i.import_id, i.mall, i.shop_id, NULL, any_value(i.imported_at),
    '注文CSV「' || any_value(i.file_name) || '」の' || count(DISTINCT r.row_number)
        || '行を取り込めませんでした(' || min(r.row_number) || '行目: '
        || first(r.reason ORDER BY r.row_number)
        || ')。対処: モールからダウンロードし直すか、行を修正して、もう一度取り込んでください。'
FROM csv_rejects AS r
JOIN csv_imports AS i USING (import_id)
ANTI JOIN csv_imports AS later
    ON later.mall = i.mall
    AND later.shop_id = i.shop_id
    AND later.file_name = i.file_name
    AND later.imported_at > i.imported_at
WHERE r.order_number IS NULL
GROUP BY i.import_id, i.mall, i.shop_id
