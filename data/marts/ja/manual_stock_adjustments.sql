-- 在庫調整待ち: CSVで登録した注文の明細のうち、在庫を調整していないものを1行ずつ表示します。
-- out:
--   モール    manual_stock_adjustments.mall
--   店舗番号  manual_stock_adjustments.shop_id
--   注文番号  manual_stock_adjustments.order_number
--   明細ID    manual_stock_adjustments.line_id
--   SKU       manual_stock_adjustments.sku
--   個数      manual_stock_adjustments.quantity
--   取込日時  manual_stock_adjustments.imported_at
-- example: SELECT SKU, sum(個数) AS 個数 FROM 在庫調整待ち GROUP BY SKU
SELECT
    mall AS モール,
    shop_id AS 店舗番号,
    order_number AS 注文番号,
    line_id AS 明細ID,
    sku AS SKU,
    quantity AS 個数,
    imported_at AT TIME ZONE 'Asia/Tokyo' AS 取込日時
FROM manual_stock_adjustments;
