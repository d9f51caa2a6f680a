-- name: count_stock_imports_of_file
-- How often the shop imported these bytes as this kind.
-- in:  $mall, $shop_id, $kind, $file_sha256
-- out: one number
SELECT count(*)
FROM stock_count_imports
WHERE mall = $mall
  AND shop_id = $shop_id
  AND coalesce(kind, 'count') = $kind
  AND file_sha256 = $file_sha256;

-- name: list_stock_counts_differing
-- SKUs of which the file tells more than one number.
-- in:  view `stock_count_rows`, $mall, $shop_id
-- out: sku
SELECT coalesce(r.own_sku, m.sku, r.default_sku) AS sku
FROM stock_count_rows AS r
LEFT JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = r.manage_number AND m.variant_id = r.variant_id
GROUP BY ALL
HAVING count(DISTINCT r.quantity) > 1
ORDER BY sku;

-- name: take_stock_counted_skus
-- Whose stock the counted listings sell: the file's word, else what
-- is known, else nobody's.
-- in:  view `stock_count_rows`, $mall, $shop_id
-- out: temporary table `stock_skus`
CREATE OR REPLACE TEMP TABLE stock_skus AS
SELECT
    $mall AS mall, $shop_id AS shop_id, r.manage_number, r.variant_id,
    coalesce(r.own_sku, m.sku, r.default_sku) AS sku,
    if(r.own_sku IS NULL, coalesce(m.source, 'default'), 'person') AS source
FROM stock_count_rows AS r
LEFT JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = r.manage_number AND m.variant_id = r.variant_id;

-- name: plan_stock_counts
-- What the file says of each SKU. One file is one count: what it counted for another shop
-- that sells the same SKU, it does not count again.
-- in:  view `stock_count_rows`, $mall, $shop_id, $file_sha256, $cause_id, $who,
--      $counted_at, $moved_at
-- out: temporary table `stock_counts`, one row per SKU; is_older where a later count is
--      known, another one of the same moment, or this very one
CREATE OR REPLACE TEMP TABLE stock_counts AS
SELECT
    m.sku,
    any_value(r.quantity) AS counted,
    $counted_at::TIMESTAMPTZ AS counted_at,
    'count' AS source,
    $cause_id AS cause_id, $who AS who, NULL::VARCHAR AS note,
    $moved_at::TIMESTAMPTZ AS moved_at,
    coalesce(any_value(k.counted_at) >= $counted_at, false)
        OR m.sku IN (
            SELECT c.sku
            FROM stock_movements AS c
            LEFT JOIN stock_count_imports AS i
                ON i.import_id = c.cause_id AND i.file_sha256 = $file_sha256
            WHERE c.counted IS NOT NULL
            GROUP BY c.sku
            HAVING max(c.seq) FILTER (c.source = 'count' AND i.import_id IS NOT NULL)
                > coalesce(max(c.seq) FILTER (c.source = 'emptied'), 0)
        ) AS is_older
FROM stock_count_rows AS r
JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = r.manage_number AND m.variant_id = r.variant_id
LEFT JOIN stock_counted AS k ON k.sku = m.sku
GROUP BY m.sku;

-- name: list_stock_counts_older
-- SKUs of which a later count is known.
-- in:  temporary table `stock_counts`
-- out: sku
SELECT sku
FROM stock_counts
WHERE is_older
ORDER BY sku;

-- name: forget_stock_counts_older
-- An older count never overwrites a later one.
-- in:  temporary table `stock_counts`
-- out: rows gone from it
DELETE FROM stock_counts
WHERE is_older;

-- name: count_stock_counts
-- How many SKUs a count moved, and how many stood as counted.
-- in:  $cause_id
-- out: one row: moved, equal
SELECT
    count(*) FILTER (quantity <> 0) AS moved,
    count(*) FILTER (quantity = 0) AS equal
FROM stock_movements
WHERE cause_id = $cause_id
  AND source = 'count'
  AND counted IS NOT NULL;

-- name: plan_stock_receipts
-- What the file adds to each SKU. One file is one delivery: what it
-- brought for another shop that sells the same SKU, it does not bring again.
-- in:  view `stock_count_rows`, $mall, $shop_id, $file_sha256, $cause_id, $who,
--      $receipt_note, $counted_at, $moved_at
-- out: temporary table `stock_moves`, one row per SKU of which something came in
CREATE OR REPLACE TEMP TABLE stock_moves AS
SELECT
    concat_ws('/', 'received', $file_sha256, m.sku) AS movement_id,
    m.sku,
    any_value(r.quantity) AS quantity,
    'receipt' AS kind,
    'person' AS source,
    NULL::VARCHAR AS mall, NULL::VARCHAR AS shop_id,
    NULL::VARCHAR AS order_number, NULL::VARCHAR AS line_id,
    $cause_id AS cause_id, $who AS who, $receipt_note AS note,
    $counted_at::TIMESTAMPTZ AS effective_at,
    $moved_at::TIMESTAMPTZ AS moved_at
FROM stock_count_rows AS r
JOIN sku_map AS m
    ON m.mall = $mall AND m.shop_id = $shop_id
    AND m.manage_number = r.manage_number AND m.variant_id = r.variant_id
WHERE r.quantity > 0
GROUP BY m.sku
HAVING concat_ws('/', 'received', $file_sha256, m.sku)
    NOT IN (SELECT movement_id FROM stock_movements);

-- name: list_stock_receipts
-- What becomes of each SKU of the file.
-- in:  temporary tables `stock_moves`, planned, and `stock_skus`
-- out: sku, units that come in (0: nothing new), is_older (a later count saw them, so the
--      level stays), is_uncounted (no count says what stood there before)
SELECT
    s.sku,
    coalesce(m.quantity, 0) AS units,
    coalesce(m.effective_at <= k.counted_at, false) AS is_older,
    coalesce(k.source, 'emptied') = 'emptied' AS is_uncounted
FROM (SELECT DISTINCT sku FROM stock_skus) AS s
LEFT JOIN stock_moves AS m USING (sku)
LEFT JOIN stock_counted AS k USING (sku)
ORDER BY s.sku;

-- name: merge_stock_settings
-- The safety stock that the file gives single listings; a blank
-- cell keeps what is known.
-- in:  view `stock_count_rows`, $mall, $shop_id, $moved_at
-- out: rows of stock_settings
MERGE INTO stock_settings
USING (
    SELECT
        $mall AS mall, $shop_id AS shop_id, manage_number, variant_id,
        safety::INTEGER AS safety, $moved_at::TIMESTAMPTZ AS set_at
    FROM stock_count_rows
    WHERE safety IS NOT NULL
) AS said USING (mall, shop_id, manage_number, variant_id)
WHEN MATCHED AND stock_settings.safety <> said.safety THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: record_stock_count
-- The account of one file of a count or of goods received.
-- in:  every column of stock_count_imports as a parameter
-- out: one row of stock_count_imports
INSERT INTO stock_count_imports BY NAME
SELECT
    $import_id AS import_id,
    $kind AS kind,
    $file_sha256 AS file_sha256,
    $file_name AS file_name,
    $mall AS mall,
    $shop_id AS shop_id,
    $rows_read AS rows_read,
    $skus_moved AS skus_moved,
    $skus_equal AS skus_equal,
    $skus_older AS skus_older,
    $who AS who,
    $counted_at AS counted_at,
    $imported_at AS imported_at;
