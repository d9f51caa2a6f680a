-- Stock: a ledger one can explain, whose SKU a listing is, and what the malls were told.
-- A mall's CSV is no source of a movement: the CHECK below has no word for it.

CREATE TABLE sku_map (
    mall          VARCHAR     NOT NULL,
    shop_id       VARCHAR     NOT NULL,
    manage_number VARCHAR     NOT NULL CHECK (manage_number <> ''),
    variant_id    VARCHAR     NOT NULL,
    sku           VARCHAR     NOT NULL CHECK (sku <> ''),
    source        VARCHAR     NOT NULL CHECK (source IN ('default', 'order', 'person')),
    mapped_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mall, shop_id, manage_number, variant_id)
);

COMMENT ON TABLE sku_map IS 'Whose stock a listing sells: listings of one SKU share one level, whatever their shop or mall';
COMMENT ON COLUMN sku_map.mall IS 'Mall of the listing';
COMMENT ON COLUMN sku_map.shop_id IS 'Shop of the listing';
COMMENT ON COLUMN sku_map.manage_number IS '商品管理番号, lower-cased; the mall''s own code where it has none';
COMMENT ON COLUMN sku_map.variant_id IS 'SKU管理番号; empty where the mall has none';
COMMENT ON COLUMN sku_map.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN sku_map.source IS 'Who said so: default (nobody), order (the mall''s order shows it), person; the later word wins';
COMMENT ON COLUMN sku_map.mapped_at IS 'When it was said';

CREATE TABLE stock_movements (
    seq          BIGINT      NOT NULL,
    movement_id  VARCHAR     NOT NULL PRIMARY KEY CHECK (movement_id <> ''),
    sku          VARCHAR     NOT NULL CHECK (sku <> ''),
    quantity     BIGINT      NOT NULL,
    kind         VARCHAR     NOT NULL CHECK (kind IN (
        'count', 'receipt', 'order', 'cancellation', 'adjustment'
    )),
    source       VARCHAR     NOT NULL CHECK (source IN ('api', 'count', 'person', 'mapping', 'emptied')),
    mall         VARCHAR,
    shop_id      VARCHAR,
    order_number VARCHAR,
    line_id      VARCHAR,
    counted      BIGINT      CHECK (counted >= 0),
    cause_id     VARCHAR,
    who          VARCHAR,
    note         VARCHAR,
    effective_at TIMESTAMPTZ NOT NULL,
    moved_at     TIMESTAMPTZ NOT NULL,
    CHECK ((order_number IS NULL) = (line_id IS NULL)),
    CHECK ((order_number IS NULL) = (mall IS NULL)),
    CHECK ((order_number IS NULL) = (shop_id IS NULL)),
    CHECK (kind NOT IN ('order', 'cancellation') OR order_number IS NOT NULL),
    CHECK (kind NOT IN ('order', 'cancellation') OR source <> 'count'),
    CHECK (kind <> 'receipt' OR source = 'person'),
    CHECK (kind <> 'adjustment' OR source IN ('person', 'mapping', 'emptied')),
    CHECK (kind <> 'count' OR source IN ('count', 'mapping', 'emptied')),
    CHECK (kind <> 'adjustment' OR (coalesce(who, '') <> '' AND coalesce(note, '') <> '')),
    CHECK (kind <> 'receipt' OR (coalesce(who, '') <> '' AND coalesce(note, '') <> '')),
    CHECK (kind <> 'order' OR quantity < 0),
    CHECK (kind <> 'cancellation' OR quantity > 0),
    CHECK (counted IS NULL OR kind = 'count'),
    CHECK (kind <> 'count' OR coalesce(cause_id, '') <> '')
);

COMMENT ON TABLE stock_movements IS 'Every movement of stock with its cause, append-only; the level of a SKU is their sum';
COMMENT ON COLUMN stock_movements.seq IS 'Rises with every movement; the highest of a SKU is its level''s version';
COMMENT ON COLUMN stock_movements.movement_id IS 'Made of the cause, so that the same cause cannot move stock twice';
COMMENT ON COLUMN stock_movements.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN stock_movements.quantity IS 'Units, negative when they leave';
COMMENT ON COLUMN stock_movements.kind IS 'count (棚卸), receipt (入荷), order (受注), cancellation (取消・減数), adjustment (手動調整)';
COMMENT ON COLUMN stock_movements.source IS 'Who caused it: api (the mall told us), count (a count file), person, mapping (a listing sells another SKU), emptied (the SKU its whole stock went away from). Never a mall''s CSV';
COMMENT ON COLUMN stock_movements.mall IS 'Mall of the order that caused it';
COMMENT ON COLUMN stock_movements.shop_id IS 'Shop of the order that caused it';
COMMENT ON COLUMN stock_movements.order_number IS '受注番号 that caused it';
COMMENT ON COLUMN stock_movements.line_id IS '商品明細ID that caused it';
COMMENT ON COLUMN stock_movements.counted IS 'What was counted; NULL for a correction of a count by an order that came to light later';
COMMENT ON COLUMN stock_movements.cause_id IS 'Count import, adjustment or SKU mapping that caused it';
COMMENT ON COLUMN stock_movements.who IS 'Who adjusted or counted';
COMMENT ON COLUMN stock_movements.note IS 'Why, in words';
COMMENT ON COLUMN stock_movements.effective_at IS 'Since when the goods are gone or there: a new order''s ordered_at, a change''s observed_at, a count''s counted_at';
COMMENT ON COLUMN stock_movements.moved_at IS 'When it was booked';

CREATE VIEW stock_levels AS
SELECT
    sku,
    sum(quantity)::BIGINT AS level,
    max(seq) AS level_seq,
    bool_or(kind = 'receipt') OR coalesce(
        last(source ORDER BY effective_at, seq) FILTER (counted IS NOT NULL) <> 'emptied',
        false
    ) AS is_counted
FROM stock_movements
GROUP BY sku;

COMMENT ON VIEW stock_levels IS 'What there is to sell of each SKU';
COMMENT ON COLUMN stock_levels.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN stock_levels.level IS 'Units; below zero means sold more than was counted';
COMMENT ON COLUMN stock_levels.level_seq IS 'Version of the level: its highest movement';
COMMENT ON COLUMN stock_levels.is_counted IS 'False while nobody has counted it, or its stock went to another SKU: such a level is no number to tell a mall';

CREATE VIEW stock_counted AS
SELECT sku, counted, effective_at AS counted_at, source, cause_id, seq
FROM stock_movements
WHERE counted IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY sku ORDER BY effective_at DESC, seq DESC) = 1;

COMMENT ON VIEW stock_counted IS 'The latest count of each SKU';
COMMENT ON COLUMN stock_counted.sku IS 'The SKU';
COMMENT ON COLUMN stock_counted.counted IS 'What was counted';
COMMENT ON COLUMN stock_counted.counted_at IS 'When';
COMMENT ON COLUMN stock_counted.source IS 'count; mapping where it came from another SKU, emptied where it went to one';
COMMENT ON COLUMN stock_counted.cause_id IS 'The import that said so';
COMMENT ON COLUMN stock_counted.seq IS 'Its movement';

CREATE VIEW stock_lines AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, l.manage_number, l.variant_id,
    coalesce(m.sku, l.sku) AS sku,
    l.sku AS line_sku,
    l.quantity
FROM (
    SELECT
        mall, shop_id, order_number, line_id, quantity,
        coalesce(nullif(lower(manage_number), ''), sku) AS manage_number,
        coalesce(variant_id, '') AS variant_id,
        coalesce(
            nullif(sku, ''),
            concat_ws('/', nullif(lower(manage_number), ''), nullif(variant_id, ''))
        ) AS sku
    FROM order_lines
) AS l
LEFT JOIN sku_map AS m USING (mall, shop_id, manage_number, variant_id);

COMMENT ON VIEW stock_lines IS 'Whose stock each order line sells';
COMMENT ON COLUMN stock_lines.mall IS 'Mall of the order';
COMMENT ON COLUMN stock_lines.shop_id IS 'Shop of the order';
COMMENT ON COLUMN stock_lines.order_number IS '受注番号';
COMMENT ON COLUMN stock_lines.line_id IS '商品明細ID';
COMMENT ON COLUMN stock_lines.manage_number IS 'Listing: 商品管理番号, lower-cased, else the line''s SKU';
COMMENT ON COLUMN stock_lines.variant_id IS 'Listing: SKU管理番号, or empty';
COMMENT ON COLUMN stock_lines.sku IS 'The SKU of sku_map, else the line''s own; empty if the line tells none';
COMMENT ON COLUMN stock_lines.line_sku IS 'The SKU as the line itself tells it';
COMMENT ON COLUMN stock_lines.quantity IS '個数';

CREATE TABLE stock_count_imports (
    import_id    VARCHAR     NOT NULL PRIMARY KEY CHECK (import_id <> ''),
    file_sha256  VARCHAR     NOT NULL,
    file_name    VARCHAR     NOT NULL,
    mall         VARCHAR     NOT NULL,
    shop_id      VARCHAR     NOT NULL,
    rows_read    BIGINT      NOT NULL,
    skus_moved   BIGINT      NOT NULL,
    skus_equal   BIGINT      NOT NULL,
    skus_older   BIGINT      NOT NULL,
    who          VARCHAR     NOT NULL,
    counted_at   TIMESTAMPTZ NOT NULL,
    imported_at  TIMESTAMPTZ NOT NULL
);

COMMENT ON TABLE stock_count_imports IS 'One row per imported count (棚卸) file';
COMMENT ON COLUMN stock_count_imports.import_id IS 'The import, as its caller names it';
COMMENT ON COLUMN stock_count_imports.file_sha256 IS 'SHA-256 of the file''s bytes';
COMMENT ON COLUMN stock_count_imports.file_name IS 'Name of the file, for people';
COMMENT ON COLUMN stock_count_imports.mall IS 'Mall of the listings it names';
COMMENT ON COLUMN stock_count_imports.shop_id IS 'Shop of the listings it names';
COMMENT ON COLUMN stock_count_imports.rows_read IS 'Rows of the file, header apart';
COMMENT ON COLUMN stock_count_imports.skus_moved IS 'SKUs whose level it changed';
COMMENT ON COLUMN stock_count_imports.skus_equal IS 'SKUs of which we knew the counted number already';
COMMENT ON COLUMN stock_count_imports.skus_older IS 'SKUs left alone, because a later count is known';
COMMENT ON COLUMN stock_count_imports.who IS 'Who imported it';
COMMENT ON COLUMN stock_count_imports.counted_at IS 'When it was counted';
COMMENT ON COLUMN stock_count_imports.imported_at IS 'When it was imported';

CREATE TABLE stock_settings (
    mall          VARCHAR     NOT NULL,
    shop_id       VARCHAR     NOT NULL,
    manage_number VARCHAR     NOT NULL,
    variant_id    VARCHAR     NOT NULL,
    safety        INTEGER     NOT NULL CHECK (safety >= 0),
    set_at        TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mall, shop_id, manage_number, variant_id)
);

COMMENT ON TABLE stock_settings IS 'Safety stock (安全在庫) of single listings; the others have their shop''s';
COMMENT ON COLUMN stock_settings.mall IS 'Mall of the listing';
COMMENT ON COLUMN stock_settings.shop_id IS 'Shop of the listing';
COMMENT ON COLUMN stock_settings.manage_number IS '商品管理番号, lower-cased';
COMMENT ON COLUMN stock_settings.variant_id IS 'SKU管理番号';
COMMENT ON COLUMN stock_settings.safety IS 'Units never offered to this shop';
COMMENT ON COLUMN stock_settings.set_at IS 'When it was set';

CREATE TABLE inventory_pushes (
    push_id         VARCHAR     NOT NULL PRIMARY KEY CHECK (push_id <> ''),
    run_id          VARCHAR     NOT NULL,
    mall            VARCHAR     NOT NULL,
    shop_id         VARCHAR     NOT NULL,
    manage_number   VARCHAR     NOT NULL,
    variant_id      VARCHAR     NOT NULL,
    sku             VARCHAR     NOT NULL,
    level_seq       BIGINT      NOT NULL,
    level           BIGINT      NOT NULL,
    safety          BIGINT      NOT NULL,
    offered         BIGINT      NOT NULL CHECK (offered BETWEEN 0 AND 99999),
    state           VARCHAR     NOT NULL CHECK (state IN (
        'planned', 'sent', 'verified', 'unknown_sku', 'refused', 'superseded', 'unknown'
    )),
    reason          VARCHAR,
    expected_before BIGINT,
    found_before    BIGINT,
    found_after     BIGINT,
    planned_at      TIMESTAMPTZ NOT NULL,
    sent_at         TIMESTAMPTZ,
    verified_at     TIMESTAMPTZ,
    CHECK (state <> 'sent' OR sent_at IS NOT NULL),
    CHECK (state <> 'verified' OR (verified_at IS NOT NULL AND found_after IS NOT NULL))
);

COMMENT ON TABLE inventory_pushes IS 'What the mall was told of a listing''s stock (在庫転送), and whether it shows; stored before the call, never deleted';
COMMENT ON COLUMN inventory_pushes.push_id IS 'Run and listing';
COMMENT ON COLUMN inventory_pushes.run_id IS 'The run that planned it';
COMMENT ON COLUMN inventory_pushes.mall IS 'Mall of the listing';
COMMENT ON COLUMN inventory_pushes.shop_id IS 'Shop of the listing';
COMMENT ON COLUMN inventory_pushes.manage_number IS '商品管理番号, lower-cased';
COMMENT ON COLUMN inventory_pushes.variant_id IS 'SKU管理番号';
COMMENT ON COLUMN inventory_pushes.sku IS 'The SKU it sells';
COMMENT ON COLUMN inventory_pushes.level_seq IS 'Version of the level; a lower one never follows a higher one';
COMMENT ON COLUMN inventory_pushes.level IS 'Our level then';
COMMENT ON COLUMN inventory_pushes.safety IS 'Safety stock then';
COMMENT ON COLUMN inventory_pushes.offered IS 'What the mall is to show: level less safety stock, 0 to 99,999';
COMMENT ON COLUMN inventory_pushes.state IS 'planned, sent (call under way), verified (read back), unknown_sku, refused, superseded by a later one, unknown (the answer was lost or the mall shows another number)';
COMMENT ON COLUMN inventory_pushes.reason IS 'Why it ended so, in Japanese';
COMMENT ON COLUMN inventory_pushes.expected_before IS 'What the mall should have shown before; NULL before the first verified push';
COMMENT ON COLUMN inventory_pushes.found_before IS 'What it showed before; NULL if the listing was not there';
COMMENT ON COLUMN inventory_pushes.found_after IS 'What it showed when read back';
COMMENT ON COLUMN inventory_pushes.planned_at IS 'When the intent was stored';
COMMENT ON COLUMN inventory_pushes.sent_at IS 'When the call was about to leave';
COMMENT ON COLUMN inventory_pushes.verified_at IS 'When the read that verified it was asked for';

CREATE VIEW inventory_verified AS
SELECT
    mall, shop_id, manage_number, variant_id,
    level_seq, offered, found_after, verified_at
FROM inventory_pushes
WHERE state = 'verified'
QUALIFY row_number() OVER (
    PARTITION BY mall, shop_id, manage_number, variant_id
    ORDER BY verified_at DESC, level_seq DESC, push_id DESC
) = 1;

COMMENT ON VIEW inventory_verified IS 'What each listing was last seen to show after we told the mall';
COMMENT ON COLUMN inventory_verified.mall IS 'Mall of the listing';
COMMENT ON COLUMN inventory_verified.shop_id IS 'Shop of the listing';
COMMENT ON COLUMN inventory_verified.manage_number IS '商品管理番号, lower-cased';
COMMENT ON COLUMN inventory_verified.variant_id IS 'SKU管理番号';
COMMENT ON COLUMN inventory_verified.level_seq IS 'Version of the level told';
COMMENT ON COLUMN inventory_verified.offered IS 'What the mall was to show';
COMMENT ON COLUMN inventory_verified.found_after IS 'What it showed';
COMMENT ON COLUMN inventory_verified.verified_at IS 'When that read was asked for';
