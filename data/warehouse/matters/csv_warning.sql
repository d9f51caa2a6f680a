-- Orders of a mall's file of which something was left blank or looks wrong, until a later
-- file or the mall changes them. The same fault again is no new matter.
SELECT
    concat_ws('/', mall, shop_id, order_number),
    mall, shop_id, order_number, max(first_at),
    '注文CSV「' || last(file_name ORDER BY imported_at) || '」の'
        || last(
            coalesce(row_number || '行目', '注文')
                || coalesce('「' || column_name || '」', '') || ': ' || reason
            ORDER BY imported_at, row_number DESC NULLS FIRST
        )
        || if(count(DISTINCT (kind, column_name)) > 1, '(ほかにも警告があります)', '')
        || if(
            contains(last(reason ORDER BY imported_at, row_number DESC NULLS FIRST), '対処'),
            '', ' 対処: モールの管理画面で注文を確認してください。'
        )
FROM (
    SELECT
        i.mall, i.shop_id, w.order_number, w.row_number, w.column_name, w.kind, w.reason,
        i.file_name, i.imported_at,
        min(i.imported_at) OVER (
            PARTITION BY i.mall, i.shop_id, w.order_number, w.kind, w.column_name
        ) AS first_at,
        greatest(o.updated_at, g.seen_at) AS changed_at
    FROM csv_warnings AS w
    JOIN csv_imports AS i USING (import_id)
    LEFT JOIN orders AS o
        ON o.mall = i.mall AND o.shop_id = i.shop_id AND o.order_number = w.order_number
    LEFT JOIN order_sightings AS g
        ON g.mall = i.mall AND g.shop_id = i.shop_id AND g.order_number = w.order_number
    WHERE w.order_number IS NOT NULL
)
WHERE coalesce(changed_at <= imported_at, true)
GROUP BY mall, shop_id, order_number
UNION ALL
-- What looks wrong about a mall's file as a whole, until a file of that name comes again.
SELECT
    i.import_id, i.mall, i.shop_id, NULL, any_value(i.imported_at),
    '注文CSV「' || any_value(i.file_name) || '」: '
        || first(w.reason ORDER BY w.row_number)
        || ' 対処: Excelで開いて保存したファイルであれば、'
        || 'モールからダウンロードし直して、もう一度取り込んでください。'
FROM csv_warnings AS w
JOIN csv_imports AS i USING (import_id)
ANTI JOIN csv_imports AS later
    ON later.mall = i.mall
    AND later.shop_id = i.shop_id
    AND later.file_name = i.file_name
    AND later.imported_at > i.imported_at
WHERE w.order_number IS NULL
GROUP BY i.import_id, i.mall, i.shop_id
