-- month_close_changes: orders of a closed month that stand otherwise now than at its close.
-- The close and the differences of this list together are what the month would be today. One
-- of which only the amounts by tax rate are others has no difference here: they are in
-- month_close_tax_changes.
-- out:
--   month         month in Japan that was closed
--   mall          mall
--   shop_id       shop
--   order_number  受注番号
--   what          new, cancelled, restored, moved (to another month), or changed
--   closed_at     when the month was closed
--   changed_at    when the order was last written
--   units         pieces more or less than at the close
--   sales         yen more or less in `sales`
--   request_total  yen more or less in `request_total`
-- example: SELECT month, mall, shop_id, sum(request_total) FROM month_close_changes GROUP BY ALL
WITH lines AS (
    SELECT
        mall, shop_id, order_number,
        CAST(sum(units) AS BIGINT) AS units,
        CAST(sum(sales) AS BIGINT) AS sales
    FROM sales
    GROUP BY mall, shop_id, order_number
), taxes AS (
    SELECT
        mall, shop_id, order_number,
        list({
            'tax_percent': tax_percent, 'billed': billed, 'tax': tax
        } ORDER BY tax_percent) AS taxes
    FROM order_taxes
    WHERE coalesce(billed, 1) <> 0
    GROUP BY mall, shop_id, order_number
), today AS (
    SELECT
        o.mall, o.shop_id, o.order_number, o.month_jst AS month,
        NOT o.cancelled
        AND coalesce(o.outcome, '') NOT IN ('cancelled', 'refunded') AS counts,
        l.units, l.sales, t.taxes,
        o.request_total - coalesce(o.refunded_total, 0) AS request_total
    FROM orders AS o
    LEFT JOIN lines AS l USING (mall, shop_id, order_number)
    LEFT JOIN taxes AS t USING (mall, shop_id, order_number)
    WHERE o.month_jst IN (SELECT m.month FROM month_closes AS m)
       OR (o.mall, o.shop_id, o.order_number)
          IN (SELECT (k.mall, k.shop_id, k.order_number) FROM closed_orders AS k)
), closed AS (
    SELECT
        month, mall, shop_id, order_number, counts, units, sales,
        nullif(list_sort([told FOR told IN taxes IF coalesce(told.billed, 1) <> 0]), [])
            AS taxes,
        request_total - coalesce(refunded_total, 0) AS request_total
    FROM closed_orders
), found AS (
    SELECT
        coalesce(c.month, t.month) AS month,
        coalesce(c.mall, t.mall) AS mall,
        coalesce(c.shop_id, t.shop_id) AS shop_id,
        coalesce(c.order_number, t.order_number) AS order_number,
        coalesce(c.counts, false) AS counted,
        coalesce(t.counts, false) AS counts,
        c.order_number IS NULL AS is_new,
        t.order_number IS NULL AS is_moved,
        c.units AS units_then, c.sales AS sales_then, c.request_total AS request_then,
        c.taxes AS taxes_then,
        t.units, t.sales, t.request_total, t.taxes
    FROM closed AS c
    FULL JOIN today AS t USING (month, mall, shop_id, order_number)
)
SELECT
    f.month,
    f.mall,
    f.shop_id,
    f.order_number,
    CASE
        WHEN f.is_new THEN 'new'
        WHEN f.is_moved THEN 'moved'
        WHEN f.counted AND NOT f.counts THEN 'cancelled'
        WHEN f.counts AND NOT f.counted THEN 'restored'
        ELSE 'changed'
    END AS what,
    m.closed_at,
    o.updated_at AS changed_at,
    CASE WHEN f.counts THEN coalesce(f.units, 0) ELSE 0 END
        - CASE WHEN f.counted THEN coalesce(f.units_then, 0) ELSE 0 END AS units,
    CASE WHEN f.counts THEN coalesce(f.sales, 0) ELSE 0 END
        - CASE WHEN f.counted THEN coalesce(f.sales_then, 0) ELSE 0 END AS sales,
    CASE WHEN f.counts THEN coalesce(f.request_total, 0) ELSE 0 END
        - CASE WHEN f.counted THEN coalesce(f.request_then, 0) ELSE 0 END AS request_total
FROM found AS f
JOIN month_closes AS m USING (month)
LEFT JOIN orders AS o USING (mall, shop_id, order_number)
WHERE (f.counted OR f.counts)
  AND (
      f.counted <> f.counts
      OR f.units IS DISTINCT FROM f.units_then
      OR f.sales IS DISTINCT FROM f.sales_then
      OR f.request_total IS DISTINCT FROM f.request_then
      OR f.taxes IS DISTINCT FROM f.taxes_then
  )
ORDER BY f.month, f.mall, f.shop_id, f.order_number;
