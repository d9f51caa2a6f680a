-- 在庫移動: 在庫台帳の動き1つを1行で表示します。在庫数は動きの合計です。
-- out:
--   番号      stock_movements.seq
--   SKU       stock_movements.sku
--   日付      動いた日(日本時間)
--   動いた日時  stock_movements.effective_at
--   記録日時  stock_movements.moved_at
--   種類      棚卸、入荷、受注、取消・減数、手動調整
--   数量      stock_movements.quantity
--   棚卸数    stock_movements.counted
--   注文番号  stock_movements.order_number
-- example: SELECT 日付, sum(数量) AS 増減 FROM 在庫移動 GROUP BY 日付 ORDER BY 日付
SELECT
    seq AS 番号,
    sku AS SKU,
    day_jst AS 日付,
    effective_at AT TIME ZONE 'Asia/Tokyo' AS 動いた日時,
    moved_at AT TIME ZONE 'Asia/Tokyo' AS 記録日時,
    CASE kind
        WHEN 'count' THEN '棚卸'
        WHEN 'receipt' THEN '入荷'
        WHEN 'order' THEN '受注'
        WHEN 'cancellation' THEN '取消・減数'
        WHEN 'adjustment' THEN '手動調整'
    END AS 種類,
    quantity AS 数量,
    counted AS 棚卸数,
    order_number AS 注文番号
FROM stock_movements;
