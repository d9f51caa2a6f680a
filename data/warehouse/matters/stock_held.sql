-- Listings that a push did not raise, while a CSV order of their SKU waits.
SELECT
    concat_ws('/', h.mall, h.shop_id, h.manage_number, h.variant_id),
    h.mall, h.shop_id, NULL, h.held_since,
    'CSVで登録した注文が在庫の手動調整を待っているため、在庫数を増やしていません(商品管理番号 '
        || h.manage_number || '、SKU管理番号 ' || h.variant_id || '、RMSの数 '
        || h.found || '、転送できる数 ' || h.offered
        || ')。対処: adjust-stock/manual で調整し、もう一度転送してください。'
FROM inventory_holds AS h
SEMI JOIN stock_holds AS s ON s.sku = h.sku
