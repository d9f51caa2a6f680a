-- 在庫: SKUごとの現在の在庫数です。
-- out:
--   SKU       stock_levels.sku
--   在庫数    stock_levels.level。マイナスは、数えた数より多く売れたことを示します
--   棚卸済み  一度も数えていないSKUの在庫数は、確かな数ではありません
-- example: FROM 在庫 WHERE 棚卸済み ORDER BY 在庫数 LIMIT 20
SELECT
    sku AS SKU,
    level AS 在庫数,
    is_counted AS 棚卸済み
FROM stock_levels;
