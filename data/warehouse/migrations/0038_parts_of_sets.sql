-- A set of several SKUs is a line for each, because each leaves a shelf of its own; only
-- the first has the price. The others are parts, and no sale of their own.

CREATE OR REPLACE VIEW sold_lines AS
SELECT
    mall, shop_id, order_number, line_id,
    CASE
        WHEN mall = 'rakuten' AND unit_price = 0
        THEN nullif(regexp_extract(line_id, '^([0-9]+)-[0-9]+$', 1), '')
    END AS part_of,
    if(part_of IS NULL, quantity, 0) AS units,
    quantity AS pieces,
    CAST(round(tax_rate * 100) AS INTEGER) AS tax_percent,
    unit_price AS price,
    coalesce(
        unit_price * quantity, CASE WHEN tax_included IS NOT FALSE THEN line_total END
    ) AS sales
FROM order_lines;

COMMENT ON VIEW sold_lines IS 'What each line was sold for, with one meaning of money for every mall';
COMMENT ON COLUMN sold_lines.mall IS 'Mall of the order';
COMMENT ON COLUMN sold_lines.shop_id IS 'Shop of the order';
COMMENT ON COLUMN sold_lines.order_number IS '受注番号';
COMMENT ON COLUMN sold_lines.line_id IS '商品明細ID';
COMMENT ON COLUMN sold_lines.part_of IS 'Line of the set that this line is a part of; NULL where it is sold by itself';
COMMENT ON COLUMN sold_lines.units IS '個数 sold; negative for pieces taken back, 0 for a part of a set, whose set is counted';
COMMENT ON COLUMN sold_lines.pieces IS 'Pieces of the SKU that leave the shelf, those of parts included';
COMMENT ON COLUMN sold_lines.tax_percent IS '税率, whole percent; NULL where the mall does not tell it';
COMMENT ON COLUMN sold_lines.price IS 'Price of one with tax, before coupons and points, yen; NULL if unknown';
COMMENT ON COLUMN sold_lines.sales IS 'Price of the line with tax, before coupons and points, yen; NULL if unknown, never 0 for unknown';
