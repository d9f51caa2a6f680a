-- CSV取込: 注文CSVの取込1回を1行で表示します。
-- out:
--   モール      csv_imports.mall
--   店舗番号    csv_imports.shop_id
--   取込日      取り込んだ日(日本時間)
--   登録タイプ  更新または書換
--   行数        csv_imports.rows_read
--   新規        csv_imports.orders_created
--   変更        csv_imports.orders_updated
--   変更なし    csv_imports.orders_unchanged
--   取り込めなかった行  csv_imports.lines_rejected
-- example: FROM CSV取込 WHERE 取り込めなかった行 > 0
SELECT
    mall AS モール,
    shop_id AS 店舗番号,
    day_jst AS 取込日,
    CASE mode WHEN 'update' THEN '更新' ELSE '書換' END AS 登録タイプ,
    rows_read AS 行数,
    orders_created AS 新規,
    orders_updated AS 変更,
    orders_unchanged AS 変更なし,
    lines_rejected AS 取り込めなかった行
FROM csv_imports;
