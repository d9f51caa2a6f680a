-- Functions of RMS that a shop may not call: one that is off stops no other.

CREATE TABLE shop_stops (
    shop          VARCHAR     NOT NULL CHECK (shop <> ''),
    function_name VARCHAR     NOT NULL CHECK (function_name <> ''),
    codes         VARCHAR     NOT NULL,
    stopped_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (shop, function_name)
);

COMMENT ON TABLE shop_stops IS 'Functions of RMS that refused a shop while its key was good; no call of them is made until a check succeeds';
COMMENT ON COLUMN shop_stops.shop IS 'Handle: the name of its rms-shop block';
COMMENT ON COLUMN shop_stops.function_name IS 'RMS''s name of the function, e.g. inventories.bulk.upsert';
COMMENT ON COLUMN shop_stops.codes IS 'RMS''s codes, with commas between; empty if it gave none';
COMMENT ON COLUMN shop_stops.stopped_at IS 'When it was refused first';
