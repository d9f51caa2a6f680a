-- Orders created by CSV that were cancelled, or paid back whole, after a person had adjusted
-- the stock for them: nothing gives that back by itself. So after a count that left their pieces
-- out, which a person said of the line (it moved nothing), or which was made while it waited.
-- Whether what was paid back after it was shipped has come back, only a person can tell. Until
-- the SKU is counted later than the order ended, which no other change of the order moves.
SELECT
    concat_ws('/', o.mall, o.shop_id, o.order_number, m.sku),
    o.mall, o.shop_id, o.order_number, e.since,
    'CSVで登録した注文が、' || if(m.is_adjusted, '在庫を調整した後に', '棚卸の後に')
        || if(o.cancelled OR o.outcome = 'cancelled', 'キャンセル', '返金')
        || 'されました(SKU ' || m.sku || '、' || m.units
        || '個)。対処: 商品が棚に戻っている場合は、棚卸を取り込んでください。'
        || '戻らない場合は、dismiss/manual で一覧から外してください。'
FROM orders AS o
JOIN order_stands AS e USING (mall, shop_id, order_number)
JOIN (
    SELECT
        mall, shop_id, order_number, sku,
        sum(units) AS units, bool_or(is_adjusted) AS is_adjusted
    FROM (
        SELECT mall, shop_id, order_number, sku, -quantity AS units, true AS is_adjusted
        FROM stock_movements
        WHERE kind = 'adjustment'
          AND order_number IS NOT NULL
        UNION ALL
        SELECT s.mall, s.shop_id, s.order_number, s.sku, s.quantity, a.moved IS NOT NULL
        FROM orders AS n
        JOIN order_stands AS t USING (mall, shop_id, order_number)
        JOIN stock_lines AS s USING (mall, shop_id, order_number)
        JOIN stock_counted AS k ON k.sku = s.sku
        LEFT JOIN (
            SELECT mall, shop_id, order_number, line_id, sum(abs(quantity)) AS moved
            FROM stock_movements
            WHERE kind = 'adjustment'
              AND order_number IS NOT NULL
            GROUP BY mall, shop_id, order_number, line_id
        ) AS a USING (mall, shop_id, order_number, line_id)
        WHERE n.stock_policy = 'manual'
          AND (n.cancelled OR n.outcome IN ('cancelled', 'refunded'))
          AND if(
              a.moved IS NULL,
              k.counted_at > n.imported_at AND k.counted_at <= t.since,
              a.moved = 0
          )
    )
    GROUP BY mall, shop_id, order_number, sku
) AS m USING (mall, shop_id, order_number)
LEFT JOIN stock_counted AS c ON c.sku = m.sku AND c.counted_at > e.since
WHERE o.stock_policy = 'manual'
  AND (o.cancelled OR o.outcome IN ('cancelled', 'refunded'))
  AND m.units > 0
  AND c.sku IS NULL
UNION ALL
-- Orders that the mall cancelled after they were shipped: the ledger gave their pieces back,
-- as for every cancellation, and what never came back would be sold once more.
SELECT
    concat_ws('/', b.mall, b.shop_id, b.order_number, b.sku),
    b.mall, b.shop_id, b.order_number, e.since,
    '発送後にキャンセルされた注文の在庫を戻しました(SKU ' || b.sku || '、' || b.units
        || '個)。対処: 商品が棚に戻っていない場合は、棚卸を取り込んでください。'
        || '戻っている場合は、dismiss/manual で一覧から外してください。'
FROM (
    SELECT o.mall, o.shop_id, o.order_number, l.sku, sum(l.quantity) AS units
    FROM orders AS o
    SEMI JOIN (
        SELECT mall, shop_id, order_number FROM order_status_log WHERE status = '出荷済'
    ) AS g USING (mall, shop_id, order_number)
    JOIN stock_lines AS l USING (mall, shop_id, order_number)
    WHERE o.cancelled
      AND o.stock_policy = 'auto'
      AND o.content_source = 'api'
      AND l.sku <> ''
    GROUP BY o.mall, o.shop_id, o.order_number, l.sku
) AS b
JOIN order_stands AS e USING (mall, shop_id, order_number)
LEFT JOIN stock_counted AS c ON c.sku = b.sku AND c.counted_at > e.since
WHERE b.units > 0
  AND c.sku IS NULL
UNION ALL
-- Pieces that the mall took off an order after it was shipped, such as a part that was sent
-- back: the ledger gave them back, too. What one look at the order shows together with the
-- shipping was taken off before it. The few cancellations come first: all movements beside
-- all orders took ten times as long.
SELECT
    concat_ws('/', t.mall, t.shop_id, t.order_number, t.sku),
    t.mall, t.shop_id, t.order_number, t.since,
    '発送後に個数が減った注文の在庫を戻しました(SKU ' || t.sku || '、' || t.units
        || '個)。対処: 商品が棚に戻っていない場合は、棚卸を取り込んでください。'
        || '戻っている場合は、dismiss/manual で一覧から外してください。'
FROM (
    SELECT
        m.mall, m.shop_id, m.order_number, m.sku,
        max(m.effective_at) AS since,
        sum(m.quantity) + coalesce((
            SELECT sum(r.quantity)
            FROM stock_movements AS r
            WHERE r.mall = m.mall AND r.shop_id = m.shop_id
              AND r.order_number = m.order_number AND r.sku = m.sku
              AND r.kind = 'order' AND r.source = 'api'
              AND r.effective_at >= min(m.effective_at)
        ), 0) AS units
    FROM (
        SELECT mall, shop_id, order_number, sku, quantity, effective_at
        FROM stock_movements
        WHERE kind = 'cancellation' AND source = 'api'
    ) AS m
    JOIN orders AS o USING (mall, shop_id, order_number)
    ANTI JOIN order_status_log AS e
        ON e.mall = m.mall AND e.shop_id = m.shop_id AND e.order_number = m.order_number
        AND e.ended_at = m.effective_at AND e.status <> '出荷済'
    LEFT JOIN stock_counted AS c ON c.sku = m.sku AND c.counted_at > m.effective_at
    WHERE m.effective_at > o.shipped_at
      AND NOT o.cancelled
      AND c.sku IS NULL
    GROUP BY m.mall, m.shop_id, m.order_number, m.sku
) AS t
WHERE t.units > 0
