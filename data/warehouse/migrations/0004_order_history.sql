-- How orders came to stand as they do: contents, sightings, refusals, loads.
-- zstd is named because DuckDB, left to choose, writes the contents fifteen times larger
-- and takes twice as long over it (measured with 2.0.0, batches of 500).

CREATE TABLE order_log (
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    order_number VARCHAR     NOT NULL,
    observed_at  TIMESTAMPTZ NOT NULL,
    source       VARCHAR     NOT NULL CHECK (source IN ('api', 'csv')),
    content_hash VARCHAR     NOT NULL,
    content      JSON        USING COMPRESSION zstd NOT NULL,
    logged_at    TIMESTAMPTZ NOT NULL,
    load_id      VARCHAR     NOT NULL,
    PRIMARY KEY (mall, shop_id, order_number, observed_at)
);

COMMENT ON TABLE order_log IS 'Every distinct content an order has had, append-only, without personal data';
COMMENT ON COLUMN order_log.mall IS 'Mall of the order';
COMMENT ON COLUMN order_log.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_log.order_number IS '受注番号';
COMMENT ON COLUMN order_log.observed_at IS 'When the request was sent that showed this content; strictly increasing per order';
COMMENT ON COLUMN order_log.source IS 'Where this content came from: api or csv';
COMMENT ON COLUMN order_log.content_hash IS 'SHA-256 of the whole snapshot with its people, without its time';
COMMENT ON COLUMN order_log.content IS 'The snapshot without its people and time; absent keys are NULL';
COMMENT ON COLUMN order_log.logged_at IS 'When it was written';
COMMENT ON COLUMN order_log.load_id IS 'Load that wrote it';

CREATE TABLE order_sightings (
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    order_number VARCHAR     NOT NULL,
    seen_at      TIMESTAMPTZ NOT NULL,
    answer_hash  VARCHAR,
    PRIMARY KEY (mall, shop_id, order_number)
);

COMMENT ON TABLE order_sightings IS 'The latest request that still saw an order''s present content; an older snapshot cannot replace it';
COMMENT ON COLUMN order_sightings.mall IS 'Mall of the order';
COMMENT ON COLUMN order_sightings.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_sightings.order_number IS '受注番号';
COMMENT ON COLUMN order_sightings.seen_at IS 'When that request was sent; never goes back';
COMMENT ON COLUMN order_sightings.answer_hash IS 'Hash of the mall''s own answer that showed it; NULL when unknown or when something else changed the order since';

CREATE TABLE order_refusals (
    mall          VARCHAR     NOT NULL,
    shop_id       VARCHAR     NOT NULL,
    order_number  VARCHAR     NOT NULL,
    code          VARCHAR     NOT NULL,
    reason        VARCHAR     NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    last_seen_at  TIMESTAMPTZ NOT NULL,
    settled_at    TIMESTAMPTZ,
    PRIMARY KEY (mall, shop_id, order_number)
);

COMMENT ON TABLE order_refusals IS 'Orders that could not be taken, with a reason a person can act on; open until the order is stored';
COMMENT ON COLUMN order_refusals.mall IS 'Mall of the order';
COMMENT ON COLUMN order_refusals.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_refusals.order_number IS '受注番号';
COMMENT ON COLUMN order_refusals.code IS 'The mall''s message code, or our own word';
COMMENT ON COLUMN order_refusals.reason IS 'What happened and what to do next, in Japanese';
COMMENT ON COLUMN order_refusals.first_seen_at IS 'When this refusal was met first; starts anew after it was settled';
COMMENT ON COLUMN order_refusals.last_seen_at IS 'When it was met last';
COMMENT ON COLUMN order_refusals.settled_at IS 'When the order was stored after all; NULL while open';

CREATE TABLE loads (
    load_id     VARCHAR     NOT NULL CHECK (load_id <> ''),
    source      VARCHAR     NOT NULL CHECK (source <> ''),
    mall        VARCHAR     NOT NULL,
    shop_id     VARCHAR     NOT NULL,
    flow_run_id VARCHAR,
    started_at  TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    window_from TIMESTAMPTZ,
    window_to   TIMESTAMPTZ,
    found       BIGINT      NOT NULL,
    created     BIGINT      NOT NULL,
    changed     BIGINT      NOT NULL,
    unchanged   BIGINT      NOT NULL,
    stale       BIGINT      NOT NULL,
    refused     BIGINT      NOT NULL,
    PRIMARY KEY (load_id, source)
);

COMMENT ON TABLE loads IS 'One row per run and source: what it looked at and what came of it';
COMMENT ON COLUMN loads.load_id IS 'The run, as its caller names it';
COMMENT ON COLUMN loads.source IS 'Where it read from: api, csv, ...';
COMMENT ON COLUMN loads.mall IS 'Mall it read';
COMMENT ON COLUMN loads.shop_id IS 'Shop it read';
COMMENT ON COLUMN loads.flow_run_id IS 'Prefect flow run; NULL when called as a plain function';
COMMENT ON COLUMN loads.started_at IS 'When it started';
COMMENT ON COLUMN loads.finished_at IS 'When it ended; NULL while running or after a kill';
COMMENT ON COLUMN loads.window_from IS 'Start of the time window it asked for';
COMMENT ON COLUMN loads.window_to IS 'End of the time window it asked for';
COMMENT ON COLUMN loads.found IS 'Orders the mall named';
COMMENT ON COLUMN loads.created IS 'Snapshots that created an order';
COMMENT ON COLUMN loads.changed IS 'Snapshots that changed an order';
COMMENT ON COLUMN loads.unchanged IS 'Snapshots equal to what was known';
COMMENT ON COLUMN loads.stale IS 'Snapshots older than what was known';
COMMENT ON COLUMN loads.refused IS 'Orders that could not be taken';
