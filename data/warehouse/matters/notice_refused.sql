-- Notices that were given up, while their order is not stored: a new one brings it back.
SELECT
    concat_ws('/', n.mall, n.shop_id, n.order_number),
    n.mall, n.shop_id, n.order_number, max(n.settled_at),
    '通知は届きましたが、注文を取得できませんでした: ' || any_value(r.reason)
FROM notices AS n
JOIN order_refusals AS r USING (mall, shop_id, order_number)
ANTI JOIN orders_not_at_mall AS c USING (mall, shop_id, order_number)
WHERE n.reason IN ('refused', 'exhausted')
  AND r.settled_at IS NULL
GROUP BY n.mall, n.shop_id, n.order_number
