-- Orders that could not be taken and that are no matter of the kinds
-- notice_refused and order_not_at_mall.
SELECT
    concat_ws('/', r.mall, r.shop_id, r.order_number),
    r.mall, r.shop_id, r.order_number, r.first_seen_at,
    '注文を取得できませんでした: ' || r.reason
FROM order_refusals AS r
ANTI JOIN orders_not_at_mall AS c USING (mall, shop_id, order_number)
ANTI JOIN (
    SELECT mall, shop_id, order_number
    FROM notices
    WHERE reason IN ('refused', 'exhausted')
) AS n USING (mall, shop_id, order_number)
WHERE r.settled_at IS NULL
