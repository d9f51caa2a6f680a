-- adjustments_waiting: stock of orders that a CSV created and for which nobody has adjusted
-- stock yet, by shop, as of the copy's own moment. The lines are manual_stock_adjustments.
-- out:
--   mall     mall
--   shop_id  shop
--   orders   orders with lines that wait
--   lines    lines that wait
--   units    pieces of these lines
--   oldest   when the first of them was imported
--   days     days since then
-- example: FROM adjustments_waiting ORDER BY days DESC
SELECT
    m.mall,
    m.shop_id,
    count(DISTINCT m.order_number) AS orders,
    count(*) AS lines,
    CAST(sum(m.quantity) AS BIGINT) AS units,
    min(m.imported_at) AS oldest,
    date_diff(
        'day',
        CAST(min(m.imported_at) AT TIME ZONE 'Asia/Tokyo' AS DATE),
        CAST(any_value(f.published_at) AT TIME ZONE 'Asia/Tokyo' AS DATE)
    ) AS days
FROM manual_stock_adjustments AS m, freshness AS f
GROUP BY m.mall, m.shop_id
ORDER BY m.mall, m.shop_id;
