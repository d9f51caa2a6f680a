-- Orders whose buyers' data was cleared, and buyers who asked to be forgotten.

CREATE TABLE cleared_orders (
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    order_number VARCHAR     NOT NULL,
    why          VARCHAR     NOT NULL CHECK (why IN ('term', 'asked')),
    who          VARCHAR     NOT NULL CHECK (who <> ''),
    cleared_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mall, shop_id, order_number)
);

COMMENT ON TABLE cleared_orders IS 'Orders whose buyers'' data was cleared, and the journal of it; whatever shows such an order again, its people are not stored';
COMMENT ON COLUMN cleared_orders.mall IS 'Mall of the order';
COMMENT ON COLUMN cleared_orders.shop_id IS 'Shop of the order';
COMMENT ON COLUMN cleared_orders.order_number IS '受注番号';
COMMENT ON COLUMN cleared_orders.why IS 'term: the days of JUCHU_RETENTION_DAYS are over; asked: the buyer asked (forget-buyer)';
COMMENT ON COLUMN cleared_orders.who IS 'Who did it: a role, or juchu by itself';
COMMENT ON COLUMN cleared_orders.cleared_at IS 'When; where it was asked for after the term, when it was asked for';

CREATE TABLE forgotten_buyers (
    buyer_hash   VARCHAR     NOT NULL,
    key_hash     VARCHAR     NOT NULL,
    forgotten_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (buyer_hash)
);

COMMENT ON TABLE forgotten_buyers IS 'Buyers who asked to be forgotten: their orders from before that are stored without people';
COMMENT ON COLUMN forgotten_buyers.buyer_hash IS 'Hash, with the key in people.key, of a mail address or of a name with its phone number';
COMMENT ON COLUMN forgotten_buyers.key_hash IS 'Hash of that key: a row of another, lost key knows nobody any more';
COMMENT ON COLUMN forgotten_buyers.forgotten_at IS 'When it was asked for last; an order placed later is the buyer''s new business';
