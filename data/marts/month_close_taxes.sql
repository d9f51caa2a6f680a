-- month_close_taxes: what was billed at each tax rate in a closed month, as it stood at its
-- close. Orders whose mall does not tell it have a row without a rate, and what was paid
-- back is taken off there. Rakuten tells it before points, as the tax is: the rows add up
-- to request_total of month_close and the points used, less the fee of 後払い that buyers bear
-- (buyer_fee). What came later is in month_close_tax_changes.
-- out:
--   month        month in Japan
--   mall         mall
--   shop_id      shop
--   tax_percent  税率, whole percent; NULL for orders whose rates are not known
--   billed       billed at that rate, with tax, yen; Rakuten's before points, without a
--                rate 請求金額
--   tax          the tax in it, yen; NULL if not known
--   orders_open  orders of which that was not known, and not in `billed`
-- example: FROM month_close_taxes WHERE month = (SELECT max(month) FROM month_closes)
WITH counted AS (
    SELECT
        month, mall, shop_id, order_number, request_total,
        coalesce(refunded_total, 0) AS refunded_total,
        coalesce(taxes, []) AS taxes
    FROM closed_orders
    WHERE counts
), billed AS (
    SELECT month, mall, shop_id, order_number, unnest(taxes) AS told
    FROM counted
    WHERE len(taxes) > 0
), by_rate AS (
    SELECT
        month, mall, shop_id, order_number,
        told.tax_percent AS tax_percent, told.billed AS billed, told.tax AS tax
    FROM billed
    UNION ALL
    SELECT month, mall, shop_id, order_number, NULL, -refunded_total, NULL
    FROM counted
    WHERE len(taxes) > 0
      AND refunded_total <> 0
    UNION ALL
    SELECT month, mall, shop_id, order_number, NULL, request_total - refunded_total, NULL
    FROM counted
    WHERE len(taxes) = 0
)
SELECT
    month,
    mall,
    shop_id,
    tax_percent,
    CAST(sum(billed) AS BIGINT) AS billed,
    CAST(sum(tax) AS BIGINT) AS tax,
    count(DISTINCT order_number) FILTER (billed IS NULL) AS orders_open
FROM by_rate
GROUP BY month, mall, shop_id, tax_percent
ORDER BY month, mall, shop_id, tax_percent;
