-- 日別売上: 店舗ごとの売上を日別(日本時間)に表示します。キャンセルと全額返金の注文は含みません。注文のない日の行はありません。
-- out:
--   日付      sales_per_day.day
--   モール    sales_per_day.mall
--   店舗番号  sales_per_day.shop_id
--   注文      sales_per_day.orders
--   個数      sales_per_day.units
--   売上      sales_per_day.sales、円(税込、クーポン・ポイント前)
--   単価不明  sales_per_day.lines_unknown。単価がわからない明細の数。売上には含みません
--   返金額    sales_per_day.refunded、円
--   請求金額  sales_per_day.request_total、円。返金は差し引いています
--   未確定    請求金額がわからない注文の件数。請求金額には含みません
-- example: SELECT モール, sum(売上) AS 売上 FROM 日別売上 GROUP BY モール
SELECT
    day AS 日付,
    mall AS モール,
    shop_id AS 店舗番号,
    orders AS 注文,
    units AS 個数,
    sales AS 売上,
    lines_unknown AS 単価不明,
    refunded AS 返金額,
    request_total AS 請求金額,
    orders_open AS 未確定
FROM sales_per_day;
