-- Orders created by CSV that were cancelled, or paid back whole, after a person had adjusted
-- the stock for them: nothing gives that back by itself. Whether what was paid back after it
-- was shipped has come back, only a person can tell. Until the SKU is counted later than the
-- order ended, which no other change of the order moves.
SELECT
    concat_ws('/', o.mall, o.shop_id, o.order_number, m.sku),
    o.mall, o.shop_id, o.order_number, e.since,
    'CSVで登録した注文が、在庫を調整した後に'
        || if(o.cancelled OR o.outcome = 'cancelled', 'キャンセル', '返金')
        || 'されました(SKU ' || m.sku || '、' || m.units
        || '個)。対処: 商品が棚に戻っている場合は、棚卸を取り込んでください。'
        || '戻らない場合は、dismiss/manual で一覧から外してください。'
FROM orders AS o
JOIN order_stands AS e USING (mall, shop_id, order_number)
JOIN (
    SELECT mall, shop_id, order_number, sku, -sum(quantity) AS units
    FROM stock_movements
    WHERE kind = 'adjustment'
      AND order_number IS NOT NULL
    GROUP BY mall, shop_id, order_number, sku
) AS m USING (mall, shop_id, order_number)
LEFT JOIN stock_counted AS c ON c.sku = m.sku AND c.counted_at > e.since
WHERE o.stock_policy = 'manual'
  AND (o.cancelled OR o.outcome IN ('cancelled', 'refunded'))
  AND m.units > 0
  AND c.sku IS NULL
