-- What goods cost and what malls keep, as people fill it in by CSV; for the mart `margin`.

CREATE TABLE sku_costs (
    sku         VARCHAR     NOT NULL CHECK (sku <> ''),
    valid_from  DATE        NOT NULL,
    cost        BIGINT      NOT NULL CHECK (cost >= 0),
    who         VARCHAR     NOT NULL,
    imported_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (sku, valid_from)
);

COMMENT ON TABLE sku_costs IS 'What one piece of a SKU costs the shop, from a day on until the next row of the SKU';
COMMENT ON COLUMN sku_costs.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN sku_costs.valid_from IS 'First day of Japan it holds for; 1970-01-01 = always';
COMMENT ON COLUMN sku_costs.cost IS '原価 of one piece with tax, yen';
COMMENT ON COLUMN sku_costs.who IS 'Who imported it: a role';
COMMENT ON COLUMN sku_costs.imported_at IS 'When it was imported last';

CREATE TABLE mall_fees (
    mall        VARCHAR       NOT NULL CHECK (mall <> ''),
    shop_id     VARCHAR       NOT NULL,
    valid_from  DATE          NOT NULL,
    percent     DECIMAL(5, 2) NOT NULL CHECK (percent BETWEEN 0 AND 100),
    each_order  BIGINT        NOT NULL CHECK (each_order >= 0),
    who         VARCHAR       NOT NULL,
    imported_at TIMESTAMPTZ   NOT NULL,
    PRIMARY KEY (mall, shop_id, valid_from)
);

COMMENT ON TABLE mall_fees IS 'What a mall keeps of a sale, from a day on until the next row of the shop';
COMMENT ON COLUMN mall_fees.mall IS 'Mall';
COMMENT ON COLUMN mall_fees.shop_id IS 'Shop at the mall; empty = every shop there without rows of its own';
COMMENT ON COLUMN mall_fees.valid_from IS 'First day of Japan it holds for; 1970-01-01 = always';
COMMENT ON COLUMN mall_fees.percent IS '手数料率, percent of the line''s price with tax';
COMMENT ON COLUMN mall_fees.each_order IS 'Fee for each order besides, yen';
COMMENT ON COLUMN mall_fees.who IS 'Who imported it: a role';
COMMENT ON COLUMN mall_fees.imported_at IS 'When it was imported last';
