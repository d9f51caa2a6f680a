-- sales: One row a line, with one meaning of money for all malls: its price with tax, before
-- coupons and points. As in juchu.sold_lines, which a month is closed by (a test compares).
-- out:
--   mall          Mall of the order
--   shop_id       Shop of the order
--   order_number  受注番号
--   line_id       商品明細ID
--   day_jst       Day of the order in Japan
--   hour_jst      Hour of the order in Japan; NULL where a mall's file has the day only
--   month_jst     Month of the order in Japan, e.g. 2026-07
--   status        Where the order stands for the shop
--   outcome       What has become of the order at its mall
--   counts        False for an order that was cancelled or refunded: leave it out of sums
--   sku           SKU as the order shows it; whose stock its listing sells is in sku_map. Of a set
--                 of several SKUs the first one, the others are its parts
--   item_name     商品名
--   part_of       Line of the set that this line is a part of; NULL where it is sold by
--                 itself
--   units         個数 sold; negative for pieces taken back, 0 for a part of a set, whose set
--                 is counted
--   pieces        Pieces of the SKU that leave the shelf, those of parts included
--   tax_percent   税率, whole percent; NULL where the mall does not tell it
--   price         Price of one with tax, before coupons and points, yen; NULL if unknown
--   sales         Price of the line with tax, before coupons and points, yen; NULL if
--                 unknown, never 0 for unknown
--   buyer_key     The same for the same buyer, as in orders
-- example: SELECT mall, sum(sales) FROM sales WHERE counts GROUP BY mall
SELECT
    o.mall, o.shop_id, o.order_number, l.line_id, o.day_jst, o.hour_jst, o.month_jst,
    o.status, o.outcome,
    NOT o.cancelled AND coalesce(o.outcome, '') NOT IN ('cancelled', 'refunded') AS counts,
    l.sku, l.item_name,
    CASE
        WHEN l.mall = 'rakuten' AND l.unit_price = 0
        THEN nullif(regexp_extract(l.line_id, '^([0-9]+)-[0-9]+$', 1), '')
    END AS part_of,
    CASE WHEN part_of IS NULL THEN l.quantity ELSE 0 END AS units,
    l.quantity AS pieces,
    CAST(round(l.tax_rate * 100) AS INTEGER) AS tax_percent,
    l.unit_price AS price,
    coalesce(
        price * l.quantity, CASE WHEN l.tax_included IS NOT FALSE THEN l.line_total END
    ) AS sales,
    o.buyer_key
FROM order_lines AS l
JOIN orders AS o USING (mall, shop_id, order_number);
