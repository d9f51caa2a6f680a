-- Orders created by CSV that the mall cancelled after a person had adjusted the stock for
-- them: nothing gives that back by itself. Until the SKU is counted after the cancellation.
SELECT
    concat_ws('/', o.mall, o.shop_id, o.order_number, m.sku),
    o.mall, o.shop_id, o.order_number, o.observed_at,
    'CSVで登録した注文が、在庫を調整した後にキャンセルされました(SKU ' || m.sku || '、'
        || m.units || '個)。対処: 商品が棚に戻っている場合は、棚卸を取り込んでください。'
FROM orders AS o
JOIN (
    SELECT mall, shop_id, order_number, sku, -sum(quantity) AS units
    FROM stock_movements
    WHERE kind = 'adjustment'
      AND source = 'person'
    GROUP BY mall, shop_id, order_number, sku
) AS m USING (mall, shop_id, order_number)
LEFT JOIN stock_counted AS c ON c.sku = m.sku AND c.counted_at > o.observed_at
WHERE o.stock_policy = 'manual'
  AND o.content_source = 'api'
  AND o.cancelled
  AND m.units > 0
  AND c.sku IS NULL
