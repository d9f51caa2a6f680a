-- margin: what is left of the sales of each SKU after its cost and the mall's fee, by month
-- of Japan and shop. Costs and fees are those of the order's day, as people filled them in
-- by import-costs; a cost of the line's SKU comes before one of the SKU whose stock its
-- listing sells. A line without a cost, or of a shop without a fee, is counted as unknown
-- and is in none of the sums but `sales`. Coupons, points, postage and what was paid back in
-- part are not in it. Of a set of several SKUs the first has the sales, and each its own cost:
-- a part that sells only in sets stands below zero.
-- out:
--   month          month in Japan
--   mall           mall
--   shop_id        shop
--   sku            SKU
--   units          sold; a set counts with its first SKU
--   sales          price with tax, before coupons and points, yen
--   known_sales    of them, of lines whose cost and fee are known, yen
--   cost           their cost with tax, yen
--   fee            what the mall keeps of them, yen; the fee of an order is shared out by
--                  price (evenly where that is 0), and the sum of this row is rounded, not a line
--   margin         known_sales less cost and fee, yen
--   margin_percent  of known_sales
--   lines_unknown  lines whose price, cost or fee is not known
-- example: SELECT sku, sum(margin) FROM margin GROUP BY sku ORDER BY 2 DESC NULLS LAST LIMIT 20
WITH lines AS (
    SELECT
        s.*,
        m.sku AS stock_sku,
        sum(s.sales) OVER of_order AS order_sales,
        count(s.sales) OVER of_order AS order_lines
    FROM sales AS s
    JOIN order_lines AS n USING (mall, shop_id, order_number, line_id)
    LEFT JOIN sku_map AS m
        ON m.mall = s.mall AND m.shop_id = s.shop_id
        AND m.manage_number = coalesce(nullif(lower(n.manage_number), ''), n.sku)
        AND m.variant_id = coalesce(n.variant_id, '')
    WHERE s.counts
    WINDOW of_order AS (PARTITION BY s.mall, s.shop_id, s.order_number)
), priced AS (
    SELECT
        l.month_jst, l.mall, l.shop_id, l.sku, l.units, l.sales,
        coalesce(c.cost, d.cost) * l.pieces AS cost,
        l.sales * coalesce(f.percent, g.percent) / 100
        + coalesce(f.each_order, g.each_order)
        * coalesce(l.sales / nullif(l.order_sales, 0), 1 / l.order_lines) AS fee
    FROM lines AS l
    ASOF LEFT JOIN sku_costs AS c ON l.sku = c.sku AND l.day_jst >= c.valid_from
    ASOF LEFT JOIN sku_costs AS d ON l.stock_sku = d.sku AND l.day_jst >= d.valid_from
    ASOF LEFT JOIN mall_fees AS f
        ON l.mall = f.mall AND l.shop_id = f.shop_id AND l.day_jst >= f.valid_from
    ASOF LEFT JOIN (SELECT * FROM mall_fees WHERE shop_id = '') AS g
        ON l.mall = g.mall AND l.day_jst >= g.valid_from
), known AS (
    SELECT *, sales IS NOT NULL AND cost IS NOT NULL AND fee IS NOT NULL AS is_known
    FROM priced
), summed AS (
    SELECT
        month_jst, mall, shop_id, sku,
        CAST(sum(units) AS BIGINT) AS units,
        CAST(sum(sales) AS BIGINT) AS sales,
        CAST(sum(sales) FILTER (is_known) AS BIGINT) AS known_sales,
        CAST(sum(cost) FILTER (is_known) AS BIGINT) AS cost,
        CAST(round(sum(fee) FILTER (is_known)) AS BIGINT) AS fee,
        count(*) FILTER (NOT is_known) AS lines_unknown
    FROM known
    GROUP BY month_jst, mall, shop_id, sku
)
SELECT
    month_jst AS month,
    mall,
    shop_id,
    sku,
    units,
    sales,
    known_sales,
    cost,
    fee,
    known_sales - cost - fee AS margin,
    round(100.0 * (known_sales - cost - fee) / nullif(known_sales, 0), 1) AS margin_percent,
    lines_unknown
FROM summed
ORDER BY month, mall, shop_id, sku;
