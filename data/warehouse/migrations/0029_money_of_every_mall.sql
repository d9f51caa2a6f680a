-- One meaning of money for every mall: rates in an exact type, prices with tax only,
-- refunds, and lines of negative pieces (what a mall writes for goods given back). A CHECK
-- cannot be changed, so order_lines is made anew.

ALTER TABLE orders ADD COLUMN gift_wrapping VARCHAR;
ALTER TABLE orders ADD COLUMN refunded_total BIGINT;
ALTER TABLE orders ALTER tax_summaries TYPE STRUCT(
    rate DECIMAL(5, 4), billed BIGINT, tax BIGINT
)[];

CREATE TABLE order_lines_anew (
    mall              VARCHAR NOT NULL,
    shop_id           VARCHAR NOT NULL,
    order_number      VARCHAR NOT NULL,
    line_id           VARCHAR NOT NULL,
    basket_id         VARCHAR NOT NULL,
    item_id           VARCHAR,
    item_number       VARCHAR,
    manage_number     VARCHAR,
    variant_id        VARCHAR,
    sku               VARCHAR NOT NULL,
    item_name         VARCHAR,
    choices           VARCHAR,
    sku_info          VARCHAR,
    unit_price        BIGINT,
    quantity          INTEGER NOT NULL,
    tax_rate          DECIMAL(5, 4),
    restore_inventory INTEGER,
    line_total        BIGINT,
    tax_included      BOOLEAN,
    line_status       VARCHAR,
    stock_adjusted_at TIMESTAMPTZ,
    mall_line_id      VARCHAR,
    PRIMARY KEY (mall, shop_id, order_number, line_id)
);

INSERT INTO order_lines_anew BY NAME
SELECT
    * REPLACE (
        CASE
            WHEN tax_included IS NOT FALSE THEN unit_price
            ELSE (unit_price * (100 + CAST(round(tax_rate * 100) AS BIGINT))) // 100
        END AS unit_price,
        CASE
            WHEN tax_included IS NOT FALSE THEN line_total
            ELSE coalesce(line_total, unit_price * quantity)
        END AS line_total,
        tax_included OR (NOT tax_included AND tax_rate IS NOT NULL) AS tax_included
    )
FROM order_lines;

DROP TABLE order_lines;
ALTER TABLE order_lines_anew RENAME TO order_lines;

COMMENT ON TABLE order_lines IS 'Lines (商品明細) of current orders, one row each';
COMMENT ON COLUMN order_lines.mall IS 'Mall of the order';
COMMENT ON COLUMN order_lines.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_lines.order_number IS '受注番号';
COMMENT ON COLUMN order_lines.line_id IS '商品明細ID, or a number of ours where the mall has none; a line keeps it for life';
COMMENT ON COLUMN order_lines.basket_id IS 'Package the line travels in';
COMMENT ON COLUMN order_lines.item_id IS '商品ID';
COMMENT ON COLUMN order_lines.item_number IS '商品番号';
COMMENT ON COLUMN order_lines.manage_number IS '商品管理番号, lower-cased';
COMMENT ON COLUMN order_lines.variant_id IS 'SKU管理番号; empty before the SKU migration';
COMMENT ON COLUMN order_lines.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN order_lines.item_name IS '商品名';
COMMENT ON COLUMN order_lines.choices IS '項目・選択肢 the buyer chose';
COMMENT ON COLUMN order_lines.sku_info IS 'SKU情報 as shown to the buyer';
COMMENT ON COLUMN order_lines.unit_price IS 'Price of one piece with tax, before coupons, discounts and points, yen, of every mall; NULL where the mall does not tell it or it is no whole yen';
COMMENT ON COLUMN order_lines.quantity IS '個数; negative for pieces that a mall''s CSV takes back';
COMMENT ON COLUMN order_lines.tax_rate IS '税率 as a share, exact: 0.08 or 0.1. The tax in a price is a whole yen only by whole numbers: price * percent // (100 + percent), because / of DECIMAL is DOUBLE';
COMMENT ON COLUMN order_lines.restore_inventory IS '在庫戻しフラグ 0, 1 or 2';
COMMENT ON COLUMN order_lines.line_total IS '小計 of the line as the mall''s CSV shows it, yen; without tax where the mall''s own prices are';
COMMENT ON COLUMN order_lines.tax_included IS 'False where the mall''s price is without tax and its rate not known: then unit_price is NULL and line_total without tax; from CSV only';
COMMENT ON COLUMN order_lines.line_status IS '明細 status of the mall; from CSV only';
COMMENT ON COLUMN order_lines.stock_adjusted_at IS 'When a person adjusted stock for this line of a manual order; NULL while it waits';
COMMENT ON COLUMN order_lines.mall_line_id IS 'The mall''s own id of the line where it is not line_id; empty where no file has told one; NULL where line_id is the mall''s';

COMMENT ON COLUMN orders.goods_total IS 'Goods before coupons, discounts and points, yen, of every mall; with wrapping at Rakuten, without tax only where the mall''s own prices are';
COMMENT ON COLUMN orders.gift_wrapping IS 'ラッピング名 of the wrappings chosen; from CSV only';
COMMENT ON COLUMN orders.refunded_total IS 'Paid back to the buyer so far, yen, and not taken off request_total; from CSV only';
COMMENT ON COLUMN orders.tax_summaries IS 'What is billed at each tax rate and the tax in it, yen; the rate an exact share';
