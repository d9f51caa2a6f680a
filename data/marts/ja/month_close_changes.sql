-- 締め後の変更: 月を締めた後に変わった注文を1行ずつ表示します。
-- out:
--   月        month_close_changes.month
--   モール    month_close_changes.mall
--   店舗番号  month_close_changes.shop_id
--   注文番号  month_close_changes.order_number
--   内容      追加、キャンセル、復活、別の月へ、変更
--   変更日時  month_close_changes.changed_at
--   個数      month_close_changes.units。締めとの差
--   売上      month_close_changes.sales。締めとの差、円
--   請求金額  month_close_changes.request_total。締めとの差、円
-- example: SELECT 月, sum(請求金額) AS 差額 FROM 締め後の変更 GROUP BY 月
SELECT
    month AS 月,
    mall AS モール,
    shop_id AS 店舗番号,
    order_number AS 注文番号,
    CASE what
        WHEN 'new' THEN '追加'
        WHEN 'cancelled' THEN 'キャンセル'
        WHEN 'restored' THEN '復活'
        WHEN 'moved' THEN '別の月へ'
        ELSE '変更'
    END AS 内容,
    changed_at AT TIME ZONE 'Asia/Tokyo' AS 変更日時,
    units AS 個数,
    sales AS 売上,
    request_total AS 請求金額
FROM month_close_changes;
