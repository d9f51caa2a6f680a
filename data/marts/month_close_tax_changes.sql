-- month_close_tax_changes: what is billed at each tax rate in a closed month, more or less than
-- at its close. It and month_close_taxes together are what tax_by_rate says today.
-- out:
--   month        month in Japan that was closed
--   mall         mall
--   shop_id      shop
--   tax_percent  税率, whole percent; NULL for orders whose rates are not known
--   billed       yen more or less in `billed`
--   tax          yen more or less in `tax`
--   orders_open  orders more or less in `orders_open`
-- example: FROM month_close_tax_changes WHERE month = (SELECT max(month) FROM month_closes)
WITH sides AS (
    SELECT month, mall, shop_id, tax_percent, billed, tax, orders_open
    FROM tax_by_rate
    SEMI JOIN month_closes USING (month)
    UNION ALL
    SELECT month, mall, shop_id, tax_percent, -billed, -tax, -orders_open
    FROM month_close_taxes
)
SELECT
    month,
    mall,
    shop_id,
    tax_percent,
    CAST(coalesce(sum(billed), 0) AS BIGINT) AS billed,
    CAST(coalesce(sum(tax), 0) AS BIGINT) AS tax,
    CAST(sum(orders_open) AS BIGINT) AS orders_open
FROM sides
GROUP BY month, mall, shop_id, tax_percent
HAVING coalesce(sum(billed), 0) <> 0
    OR coalesce(sum(tax), 0) <> 0
    OR sum(orders_open) <> 0
ORDER BY month, mall, shop_id, tax_percent;
