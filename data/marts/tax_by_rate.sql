-- tax_by_rate: what was billed at each tax rate, by month of Japan and shop, for an invoice.
-- Orders whose mall does not tell it have a row of their own, and what was paid back is
-- taken off there. Rakuten tells it before points, as the tax is: where a buyer used some,
-- the rows add up to more than request_total, by these points, and to less by the fee of 後払い
-- that a buyer bears (buyer_fee).
-- out:
--   month        month in Japan
--   mall         mall
--   shop_id      shop
--   tax_percent  税率, whole percent; NULL for orders whose rates are not known
--   orders       orders with something at that rate; one of two rates is in both rows
--   billed       billed at that rate, with tax, yen; Rakuten's before points, without a
--                rate 請求金額
--   tax          the tax in it, yen; NULL if not known
--   orders_open  orders of which that is not known, and not in `billed`
-- example: FROM tax_by_rate ORDER BY month DESC, tax_percent
WITH counted AS (
    SELECT mall, shop_id, order_number, month_jst, request_total, refunded_total
    FROM orders
    WHERE NOT cancelled
      AND coalesce(outcome, '') NOT IN ('cancelled', 'refunded')
),
billed AS (
    SELECT mall, shop_id, order_number, tax_percent, billed, tax FROM order_taxes
    UNION ALL
    SELECT mall, shop_id, order_number, NULL, -refunded_total, NULL
    FROM counted
    SEMI JOIN order_taxes USING (mall, shop_id, order_number)
    WHERE refunded_total <> 0
    UNION ALL
    SELECT
        mall, shop_id, order_number, NULL,
        request_total - coalesce(refunded_total, 0), NULL
    FROM counted
    ANTI JOIN order_taxes USING (mall, shop_id, order_number)
)
SELECT
    o.month_jst AS month,
    o.mall,
    o.shop_id,
    t.tax_percent,
    count(DISTINCT o.order_number) AS orders,
    CAST(sum(t.billed) AS BIGINT) AS billed,
    CAST(sum(t.tax) AS BIGINT) AS tax,
    count(DISTINCT o.order_number) FILTER (t.billed IS NULL) AS orders_open
FROM counted AS o
JOIN billed AS t USING (mall, shop_id, order_number)
GROUP BY o.month_jst, o.mall, o.shop_id, t.tax_percent
ORDER BY month, o.mall, o.shop_id, t.tax_percent;
