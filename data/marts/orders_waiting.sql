-- orders_waiting: orders the shop still has to do something about, oldest first. One that
-- is over at its mall (shipped, refunded, cancelled) is not among them, whatever its status.
-- out:
--   mall             mall
--   shop_id          shop
--   order_number     受注番号
--   status           where it stands for the shop
--   ordered_at       注文日時
--   delivery_on      お届け日指定
--   packages         destinations
--   units            pieces of all lines
--   is_under_review  楽天確認中, or held at its mall: do not ship yet
-- example: SELECT status, count(*) FROM orders_waiting GROUP BY status
WITH lines AS (
    SELECT
        mall, shop_id, order_number,
        count(DISTINCT basket_id) AS packages,
        sum(quantity)::BIGINT AS units
    FROM order_lines
    GROUP BY mall, shop_id, order_number
)
SELECT
    o.mall,
    o.shop_id,
    o.order_number,
    o.status,
    o.ordered_at,
    o.delivery_on,
    l.packages,
    l.units,
    o.is_under_review
FROM orders AS o
LEFT JOIN lines AS l USING (mall, shop_id, order_number)
WHERE o.status IN ('新規受付', '入金待ち', '受注処理中', '保留')
  AND NOT o.cancelled
  AND o.outcome IS NULL
ORDER BY o.ordered_at, o.order_number;
