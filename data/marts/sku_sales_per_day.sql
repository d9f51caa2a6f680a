-- sku_sales_per_day: what was sold of each SKU on each day of Japan, by shop. What was
-- paid back of an order in part is not taken off: no file tells of which lines. A day on
-- which nothing of a SKU was ordered has no row.
-- out:
--   day            day in Japan
--   mall           mall
--   shop_id        shop
--   sku            SKU as the order shows it; whose stock its listing sells is in sku_map
--   orders         orders with it
--   units          sold; a set counts with its first SKU
--   pieces         that left the shelf, as parts of sets included
--   sales          price with tax, before coupons and points, yen
--   lines_unknown  lines whose price is not known, and not in `sales`
-- example: FROM sku_sales_per_day WHERE day = (SELECT max(day) FROM sku_sales_per_day)
SELECT
    day_jst AS day,
    mall,
    shop_id,
    sku,
    count(DISTINCT order_number) AS orders,
    CAST(sum(units) AS BIGINT) AS units,
    CAST(sum(pieces) AS BIGINT) AS pieces,
    CAST(sum(sales) AS BIGINT) AS sales,
    count(*) FILTER (sales IS NULL) AS lines_unknown
FROM sales
WHERE counts
GROUP BY day_jst, mall, shop_id, sku
ORDER BY day, mall, shop_id, sku;
