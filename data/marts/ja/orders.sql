-- 受注: 注文1件を1行で表示します。購入者の情報は含みません。日時は日本時間です。
-- out:
--   モール            orders.mall
--   店舗番号          orders.shop_id
--   注文番号          orders.order_number
--   注文日            注文日時の日付
--   注文時            注文日時の時。日付しかないCSVの注文は空欄
--   注文月            注文日時の年と月
--   注文日時          orders.ordered_at
--   ステータス        orders.status
--   モールステータス  orders.mall_status
--   キャンセル        orders.cancelled
--   売上対象          キャンセルと全額返金の注文は false
--   支払方法          orders.payment_method
--   商品合計          orders.goods_total、円
--   送料              orders.postage_total、円
--   クーポン          orders.coupon_total、円
--   ポイント          orders.point_used、円
--   請求金額          orders.request_total、円
--   返金額            orders.refunded_total、円。請求金額からは差し引いていません
--   取得元            api または csv
--   在庫引当          自動、または手動(CSVで登録した注文)
-- example: SELECT 注文日, count(*) AS 件数, sum(請求金額 - coalesce(返金額, 0)) AS 請求金額 FROM 受注 WHERE 売上対象 GROUP BY 注文日
SELECT
    mall AS モール,
    shop_id AS 店舗番号,
    order_number AS 注文番号,
    day_jst AS 注文日,
    hour_jst AS 注文時,
    month_jst AS 注文月,
    ordered_at AT TIME ZONE 'Asia/Tokyo' AS 注文日時,
    status AS ステータス,
    mall_status AS モールステータス,
    cancelled AS キャンセル,
    NOT cancelled AND coalesce(outcome, '') NOT IN ('cancelled', 'refunded') AS 売上対象,
    payment_method AS 支払方法,
    goods_total AS 商品合計,
    postage_total AS 送料,
    coupon_total AS クーポン,
    point_used AS ポイント,
    request_total AS 請求金額,
    refunded_total AS 返金額,
    source AS 取得元,
    CASE stock_policy WHEN 'auto' THEN '自動' ELSE '手動' END AS 在庫引当
FROM orders;
