-- Lines of a CSV's orders for which nobody has adjusted stock. A key for each line, so
-- that a line which comes to an order later is a matter of its own.
SELECT
    concat_ws('/', mall, shop_id, order_number, line_id),
    mall, shop_id, order_number, imported_at,
    'CSVで登録した注文の在庫が調整されていません(SKU '
        || coalesce(nullif(sku, ''), '不明') || '、' || quantity
        || '個)。対処: adjust-stock/manual を実行してください。'
FROM manual_stock_adjustments
