-- month_close: each closed month by shop, as it stood at its close. It never changes; what
-- came later is in month_close_changes. Orders that did not count then are left out.
-- out:
--   month          month in Japan
--   mall           mall
--   shop_id        shop
--   closed_at      when it was closed
--   orders         orders that counted
--   units          sold; a set counts once
--   sales          price of all lines with tax, before coupons and points, yen
--   lines_unknown  lines whose price was not known, and not in `sales`
--   refunded       paid back of these orders by then, yen; only Shopify's file tells it
--   request_total  請求金額 without what was paid back, yen
--   orders_open    orders whose 請求金額 was not known, and not in `request_total`
-- example: FROM month_close ORDER BY month DESC, mall, shop_id
SELECT
    c.month,
    c.mall,
    c.shop_id,
    any_value(m.closed_at) AS closed_at,
    count(*) AS orders,
    CAST(coalesce(sum(c.units), 0) AS BIGINT) AS units,
    CAST(sum(c.sales) AS BIGINT) AS sales,
    CAST(sum(c.lines_unknown) AS BIGINT) AS lines_unknown,
    CAST(coalesce(sum(c.refunded_total), 0) AS BIGINT) AS refunded,
    CAST(sum(c.request_total - coalesce(c.refunded_total, 0)) AS BIGINT) AS request_total,
    count(*) FILTER (c.request_total IS NULL) AS orders_open
FROM closed_orders AS c
JOIN month_closes AS m USING (month)
WHERE c.counts
GROUP BY c.month, c.mall, c.shop_id
ORDER BY c.month, c.mall, c.shop_id;
