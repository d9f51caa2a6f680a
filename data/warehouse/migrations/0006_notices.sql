-- Why we looked: the notices a mall sent and what became of each, how far the sweep has
-- seen, and what is known of each shop. No DEFAULT anywhere, as in 0005.

CREATE TABLE notices (
    notice_key   VARCHAR     NOT NULL PRIMARY KEY CHECK (notice_key <> ''),
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL CHECK (shop_id <> ''),
    order_number VARCHAR     CHECK (order_number <> ''),
    kind         VARCHAR     NOT NULL CHECK (kind IN (
        'order', 'changed', 'screening', 'caution', 'other'
    )),
    subject      VARCHAR,
    received_at  TIMESTAMPTZ NOT NULL,
    recorded_at  TIMESTAMPTZ NOT NULL,
    settled_at   TIMESTAMPTZ,
    reason       VARCHAR     CHECK (reason IN (
        'stored', 'known', 'before_start', 'no_order', 'refused', 'exhausted'
    )),
    looks        INTEGER     NOT NULL CHECK (looks >= 0),
    next_look_at TIMESTAMPTZ,
    CHECK (received_at <= recorded_at),
    CHECK ((settled_at IS NULL) = (reason IS NULL)),
    CHECK (settled_at IS NULL OR next_look_at IS NULL)
);

COMMENT ON TABLE notices IS 'Event notices (システムイベント通知), one row each and kept for ever, so that a repeat is recognised whenever it comes';
COMMENT ON COLUMN notices.notice_key IS 'Hash of what the mall numbers the notice by; a repeat has the same';
COMMENT ON COLUMN notices.mall IS 'Mall that sent it';
COMMENT ON COLUMN notices.shop_id IS 'Shop it is for';
COMMENT ON COLUMN notices.order_number IS '受注番号 to look at; NULL if it names no order';
COMMENT ON COLUMN notices.kind IS 'order (注文), changed (購入履歴の変更), screening (審査結果), caution (警告), other';
COMMENT ON COLUMN notices.subject IS 'serviceId:functionId of a system notice';
COMMENT ON COLUMN notices.received_at IS 'When the receiver took it; never later than recorded_at';
COMMENT ON COLUMN notices.recorded_at IS 'When it was written into this warehouse';
COMMENT ON COLUMN notices.settled_at IS 'When it was done with; NULL while it waits';
COMMENT ON COLUMN notices.reason IS 'How it ended: stored: the order was read after it and stands in orders; known: another run had read it after it; before_start: older than the shop''s start; no_order: names none; refused: readable at the mall, not by us, see order_refusals; exhausted: the mall did not hand it out for a day';
COMMENT ON COLUMN notices.looks IS 'Looks in vain: the mall did not hand the order out';
COMMENT ON COLUMN notices.next_look_at IS 'When to look again; NULL = at once, or settled';

CREATE TABLE order_cursors (
    mall       VARCHAR     NOT NULL,
    shop_id    VARCHAR     NOT NULL,
    seen_until TIMESTAMPTZ NOT NULL,
    moved_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mall, shop_id)
);

COMMENT ON TABLE order_cursors IS 'How far the sweep has seen each shop''s new orders; moves in the transaction that stores them';
COMMENT ON COLUMN order_cursors.mall IS 'Mall of the shop';
COMMENT ON COLUMN order_cursors.shop_id IS 'Shop';
COMMENT ON COLUMN order_cursors.seen_until IS 'Every order placed before this was read and stored, or refused; never goes back';
COMMENT ON COLUMN order_cursors.moved_at IS 'When it was moved last';

CREATE TABLE shops (
    shop               VARCHAR     NOT NULL PRIMARY KEY CHECK (shop <> ''),
    mall               VARCHAR     NOT NULL,
    shop_id            VARCHAR     NOT NULL CHECK (shop_id <> ''),
    stage              VARCHAR,
    connection_status  VARCHAR,
    checked_at         TIMESTAMPTZ,
    license_expires_at TIMESTAMPTZ,
    notices_start_at   TIMESTAMPTZ,
    updated_at         TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE shops IS 'What is known of each shop beside its keys, which are never here';
COMMENT ON COLUMN shops.shop IS 'Handle: the name of its rms-shop block';
COMMENT ON COLUMN shops.mall IS 'Mall of the shop';
COMMENT ON COLUMN shops.shop_id IS 'Shop at the mall; for Rakuten the number its order numbers start with';
COMMENT ON COLUMN shops.stage IS 'How far it is on its way to live; NULL = not told';
COMMENT ON COLUMN shops.connection_status IS 'What the last connection check (接続チェック) found; NULL = never checked';
COMMENT ON COLUMN shops.checked_at IS 'When the connection was checked last';
COMMENT ON COLUMN shops.license_expires_at IS 'ライセンスキー有効期限, as the mall told it';
COMMENT ON COLUMN shops.notices_start_at IS 'Notices received before this are kept, not ingested; NULL = all are ingested';
COMMENT ON COLUMN shops.updated_at IS 'When this row was last written';

ALTER TABLE loads ADD COLUMN found_without_notice BIGINT;
COMMENT ON COLUMN loads.found_without_notice IS 'Orders it created that no notice had named; NULL = not counted';

COMMENT ON COLUMN order_lines.unit_price IS '単価, yen: with tax from the API; from a CSV as the file has it, see tax_included';
