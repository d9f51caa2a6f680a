-- Orders created by CSV whose lines ask for other stock than a person adjusted: the mall or a
-- file changed them later, and nothing moved. Until the SKU is counted later than that; an
-- order that ended is stock_to_give_back. A SKU that nobody counted has no number to put right.
SELECT
    concat_ws('/', a.mall, a.shop_id, a.order_number, a.sku),
    a.mall, a.shop_id, a.order_number, max(a.changed_at),
    'CSVで登録した注文が、在庫を調整した後に変わりました(SKU ' || a.sku || '、'
        || format('{:+d}', sum(a.quantity)::BIGINT)
        || '個)。在庫は動かしていません。対処: 棚卸を取り込んでください。'
        || '在庫数が正しい場合は、dismiss/manual で一覧から外してください。'
FROM outdated_adjustments AS a
JOIN orders AS o USING (mall, shop_id, order_number)
JOIN stock_levels AS v ON v.sku = a.sku AND v.is_counted
LEFT JOIN stock_counted AS c ON c.sku = a.sku AND c.counted_at > a.changed_at
WHERE c.sku IS NULL
  AND NOT o.cancelled
  AND coalesce(o.outcome, '') NOT IN ('cancelled', 'refunded')
GROUP BY a.mall, a.shop_id, a.order_number, a.sku
HAVING sum(a.quantity) <> 0
