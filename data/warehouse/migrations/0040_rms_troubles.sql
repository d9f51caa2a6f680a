-- When RMS did not answer as it should, so that the warehouse alone can say later why an
-- order came in late or a level did not go.

CREATE TABLE rms_troubles (
    mall          VARCHAR     NOT NULL,
    shop_id       VARCHAR     NOT NULL,
    function_name VARCHAR     NOT NULL,
    kind          VARCHAR     NOT NULL CHECK (kind IN ('maintenance', 'refused', 'other')),
    first_at      TIMESTAMPTZ NOT NULL,
    last_at       TIMESTAMPTZ NOT NULL,
    times         BIGINT      NOT NULL CHECK (times > 0),
    PRIMARY KEY (mall, shop_id, function_name, kind, first_at),
    CHECK (first_at <= last_at)
);

COMMENT ON TABLE rms_troubles IS 'Calls of RMS that ended without a usable answer; those of one kind within half an hour are one row';
COMMENT ON COLUMN rms_troubles.mall IS 'Mall of the shop';
COMMENT ON COLUMN rms_troubles.shop_id IS 'Shop';
COMMENT ON COLUMN rms_troubles.function_name IS 'RMS''s name of the function; empty where every call of the shop was stopped';
COMMENT ON COLUMN rms_troubles.kind IS 'maintenance (or overload: 503, ES01-02, a page in place of an answer), refused (key or function), other';
COMMENT ON COLUMN rms_troubles.first_at IS 'When it was met first';
COMMENT ON COLUMN rms_troubles.last_at IS 'When it was met last';
COMMENT ON COLUMN rms_troubles.times IS 'How many calls';
