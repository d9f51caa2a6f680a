-- Lines of a CSV's orders that were shipped before anybody adjusted their stock: the level was
-- counted, or first received, before the order was placed, so it has their pieces still.
-- Until the SKU is counted later than that.
SELECT
    concat_ws('/', l.mall, l.shop_id, l.order_number, l.sku),
    l.mall, l.shop_id, l.order_number, e.since,
    'CSVで登録した注文が、在庫を調整しないまま発送済みになりました(SKU ' || l.sku || '、' || l.units
        || '個)。在庫数が実際より多い可能性があります。対処: 棚卸を取り込んでください。'
        || '在庫数が正しい場合は、dismiss/manual で一覧から外してください。'
FROM (
    SELECT mall, shop_id, order_number, stock_sku AS sku, sum(quantity) AS units
    FROM lines_by_hand
    WHERE outcome = 'shipped'
      AND stock_sku <> ''
      AND coalesce(counted_at, received_at) <= placed_by
    GROUP BY mall, shop_id, order_number, stock_sku
) AS l
JOIN order_stands AS e USING (mall, shop_id, order_number)
WHERE l.units > 0
