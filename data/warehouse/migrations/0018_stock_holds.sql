-- Whose stock is held for orders created by CSV, and which listings a push did not raise.

CREATE VIEW stock_holds AS
SELECT
    s.mall, s.shop_id, s.order_number, s.line_id, s.sku, s.quantity, w.imported_at
FROM manual_stock_adjustments AS w
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN stock_counted AS c ON c.sku = s.sku
WHERE s.sku <> ''
  AND NOT o.cancelled
  AND o.status NOT IN ('出荷済', 'キャンセル')
  AND coalesce(c.counted_at <= coalesce(o.ordered_at, w.imported_at), true);

COMMENT ON VIEW stock_holds IS 'Lines of orders created by CSV whose pieces no level knows of: nobody adjusted them, no later count saw them gone, and their order is neither shipped nor cancelled';
COMMENT ON COLUMN stock_holds.mall IS 'Mall of the order';
COMMENT ON COLUMN stock_holds.shop_id IS 'Shop of the order';
COMMENT ON COLUMN stock_holds.order_number IS '受注番号';
COMMENT ON COLUMN stock_holds.line_id IS '商品明細ID';
COMMENT ON COLUMN stock_holds.sku IS 'The SKU it sells; a push never raises a listing of it';
COMMENT ON COLUMN stock_holds.quantity IS '個数';
COMMENT ON COLUMN stock_holds.imported_at IS 'When the line was first imported';

CREATE TABLE inventory_holds (
    mall          VARCHAR     NOT NULL,
    shop_id       VARCHAR     NOT NULL,
    manage_number VARCHAR     NOT NULL,
    variant_id    VARCHAR     NOT NULL,
    sku           VARCHAR     NOT NULL,
    offered       BIGINT      NOT NULL,
    found         BIGINT      NOT NULL,
    held_since    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mall, shop_id, manage_number, variant_id),
    CHECK (found < offered)
);

COMMENT ON TABLE inventory_holds IS 'Listings that the last push did not raise, because a CSV order of their SKU waits for a person; a row goes when a push may decide again';
COMMENT ON COLUMN inventory_holds.mall IS 'Mall of the listing';
COMMENT ON COLUMN inventory_holds.shop_id IS 'Shop of the listing';
COMMENT ON COLUMN inventory_holds.manage_number IS '商品管理番号, lower-cased';
COMMENT ON COLUMN inventory_holds.variant_id IS 'SKU管理番号';
COMMENT ON COLUMN inventory_holds.sku IS 'The SKU it sells';
COMMENT ON COLUMN inventory_holds.offered IS 'What the level less safety stock would have told the mall';
COMMENT ON COLUMN inventory_holds.found IS 'What the mall showed, and goes on showing';
COMMENT ON COLUMN inventory_holds.held_since IS 'Since when pushes have not raised it';
