-- 月次締め: 締めた月の売上を店舗ごとに表示します。締めた後は変わりません。
-- out:
--   月        注文日時の月(日本時間)
--   モール    month_close.mall
--   店舗番号  month_close.shop_id
--   締めた日時  month_close.closed_at
--   注文      month_close.orders
--   個数      month_close.units
--   売上      month_close.sales、円
--   単価不明  month_close.lines_unknown。単価がわからない明細の数。売上には含みません
--   請求金額  month_close.request_total、円。返金は差し引いています
--   未確定    請求金額がわからない注文の件数。請求金額には含みません
-- example: FROM 月次締め ORDER BY 月 DESC
SELECT
    month AS 月,
    mall AS モール,
    shop_id AS 店舗番号,
    closed_at AT TIME ZONE 'Asia/Tokyo' AS 締めた日時,
    orders AS 注文,
    units AS 個数,
    sales AS 売上,
    lines_unknown AS 単価不明,
    request_total AS 請求金額,
    orders_open AS 未確定
FROM month_close;
