-- What a month summed to at its close, so that whatever changes it later is seen.

ALTER TABLE month_closes ADD COLUMN orders BIGINT;
ALTER TABLE month_closes ADD COLUMN sales BIGINT;
ALTER TABLE month_closes ADD COLUMN request_total BIGINT;

COMMENT ON COLUMN month_closes.orders IS 'Orders that were kept at the close, also those that do not count';
COMMENT ON COLUMN month_closes.sales IS 'Sum of sales of the orders that counted at the close, yen';
COMMENT ON COLUMN month_closes.request_total IS 'Sum of 請求金額 without what was paid back, of the orders that counted at the close, yen';

UPDATE month_closes SET
    orders        = c.orders,
    sales         = c.sales,
    request_total = c.request_total
FROM (
    SELECT
        month,
        count(*) AS orders,
        CAST(coalesce(sum(sales) FILTER (counts), 0) AS BIGINT) AS sales,
        CAST(coalesce(
            sum(request_total - coalesce(refunded_total, 0)) FILTER (counts), 0
        ) AS BIGINT) AS request_total
    FROM closed_orders
    GROUP BY month
) AS c
WHERE c.month = month_closes.month;
