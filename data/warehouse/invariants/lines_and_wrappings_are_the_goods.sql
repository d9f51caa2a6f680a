-- lines_and_wrappings_are_the_goods: what an order's lines and wrappings cost is its 商品金額
-- (docs/rms/order-api.md §3.3). Where the mall's own prices are without tax, that may be so.
-- Only of orders that stand as RMS shows them: amounts are fixed and nothing is cancelled.
-- out: broken, one row per order with both sums
WITH sums AS (
    SELECT
        mall, shop_id, order_number,
        sum(unit_price * quantity)::BIGINT AS with_tax,
        sum(coalesce(price_before_tax, unit_price) * quantity)::BIGINT AS before_tax
    FROM order_lines
    GROUP BY mall, shop_id, order_number
)
SELECT
    concat_ws(
        ' ', o.mall, o.shop_id, o.order_number, o.goods_total, s.with_tax + o.gift_fee
    ) AS broken
FROM orders AS o
JOIN sums AS s USING (mall, shop_id, order_number)
WHERE o.mall = 'rakuten'
  AND o.content_source = 'api'
  AND o.amounts_fixed
  AND NOT o.cancelled
  AND o.wrappings IS NOT NULL
  AND o.gift_fee IS NOT NULL
  AND o.goods_total NOT IN (s.with_tax + o.gift_fee, s.before_tax + o.gift_fee);
