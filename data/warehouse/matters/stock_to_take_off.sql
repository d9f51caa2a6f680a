-- Lines of a CSV's orders that were shipped before anybody adjusted their stock: the level was
-- counted, or first received, before the order was placed, so it has their pieces still. Of an
-- order that came in open, also where the SKU was counted before the file came, which held it
-- until it was shipped (stock_holds), or first received before that. Until the SKU is counted
-- later than the file.
SELECT
    concat_ws('/', l.mall, l.shop_id, l.order_number, l.sku),
    l.mall, l.shop_id, l.order_number, l.since,
    'CSVで登録した注文が、在庫を調整しないまま発送済みになりました(SKU ' || l.sku || '、' || l.units
        || '個)。在庫数が実際より多い可能性があります。対処: 棚卸を取り込んでください。'
        || '在庫数が正しい場合は、dismiss/manual で一覧から外してください。'
FROM (
    SELECT
        l.mall, l.shop_id, l.order_number, l.stock_sku AS sku, e.since,
        sum(l.quantity) AS units
    FROM lines_by_hand AS l
    JOIN orders AS o USING (mall, shop_id, order_number)
    JOIN order_stands AS e USING (mall, shop_id, order_number)
    WHERE l.outcome = 'shipped'
      AND l.stock_sku <> ''
      AND (
          coalesce(l.counted_at, l.received_at) <= l.placed_by
          OR o.came_open AND if(
              l.counted_at IS NULL,
              l.received_at <= e.since,
              l.counted_at <= least(l.imported_at, l.placed_by + INTERVAL 30 DAY)
          )
      )
    GROUP BY l.mall, l.shop_id, l.order_number, l.stock_sku, e.since
) AS l
WHERE l.units > 0
