-- What the mall itself says of its SKUs: whether they exist and are on sale.

CREATE TABLE listings (
    mall          VARCHAR     NOT NULL,
    shop_id       VARCHAR     NOT NULL,
    manage_number VARCHAR     NOT NULL CHECK (manage_number <> ''),
    variant_id    VARCHAR     NOT NULL CHECK (variant_id <> ''),
    item_name     VARCHAR     NOT NULL,
    merchant_sku  VARCHAR,
    is_there      BOOLEAN     NOT NULL,
    is_on_sale    BOOLEAN     NOT NULL,
    told_by       VARCHAR     NOT NULL CHECK (told_by IN ('item', 'search')),
    seen_at       TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mall, shop_id, manage_number, variant_id),
    CHECK (is_there OR NOT is_on_sale),
    CHECK (is_there OR told_by = 'item')
);

COMMENT ON TABLE listings IS 'The SKUs of the shop''s items, as the mall last told when import-skus asked';
COMMENT ON COLUMN listings.mall IS 'Mall of the listing';
COMMENT ON COLUMN listings.shop_id IS 'Shop of the listing';
COMMENT ON COLUMN listings.manage_number IS '商品管理番号, lower-cased';
COMMENT ON COLUMN listings.variant_id IS 'SKU管理番号';
COMMENT ON COLUMN listings.item_name IS 'Title of the item; empty where the mall told none';
COMMENT ON COLUMN listings.merchant_sku IS 'システム連携用SKU番号; NULL without one. Not unique at RMS';
COMMENT ON COLUMN listings.is_there IS 'Whether an item has this SKU; false only where the item API itself said so, because a search is a day late';
COMMENT ON COLUMN listings.is_on_sale IS 'Whether buyers could order it then, stock apart: neither item nor SKU in the warehouse (倉庫), and within its time';
COMMENT ON COLUMN listings.told_by IS 'item: read one by one; search: the shop may only search, up to 24 hours late';
COMMENT ON COLUMN listings.seen_at IS 'When the mall was asked';
COMMENT ON COLUMN sku_map.source IS 'Who said so: default (nobody), order (the mall shows it, in an order or with its item), person; the later word wins';
