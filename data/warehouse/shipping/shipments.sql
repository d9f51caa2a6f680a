-- name: list_shipment_packages
-- Packages that a carrier's file may speak of.
-- in:  $mall, $shop_id, $since: orders placed (else imported) before it are too old
-- out: mall, shop_id, order_number, basket_id
SELECT p.mall, p.shop_id, p.order_number, p.basket_id
FROM order_packages AS p
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND coalesce(o.ordered_at, o.imported_at) >= $since::TIMESTAMPTZ
ORDER BY p.order_number, p.basket_id;

-- name: list_printed_keys
-- Keyed hashes of what is printed on the labels of packages that have another id since.
-- in:  $mall, $shop_id, $since, as above
-- out: short_key, mall, shop_id, order_number, basket_id
SELECT l.short_key, l.mall, l.shop_id, l.order_number, l.basket_id
FROM shipping_labels AS l
JOIN order_packages AS p USING (mall, shop_id, order_number, basket_id)
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE l.mall = $mall
  AND l.shop_id = $shop_id
  AND length(l.short_key) = 64
  AND coalesce(o.ordered_at, o.imported_at) >= $since::TIMESTAMPTZ
ORDER BY ALL;

-- name: list_references_elsewhere
-- References that mean an order of another shop: its number, or the key on its label. A
-- short number, such as 1001, may be of an order of this shop that is still to come.
-- in:  $references, $mall, $shop_id: this shop
-- out: reference
SELECT order_number AS reference
FROM orders
WHERE list_contains($references::VARCHAR[], order_number)
  AND length(order_number) > 12
  AND (mall, shop_id) <> ($mall, $shop_id)
UNION
SELECT short_key
FROM shipping_labels
WHERE list_contains($references::VARCHAR[], short_key)
  AND (mall, shop_id) <> ($mall, $shop_id);

-- name: count_shipment_imports_of_file
-- How often this very file was imported for the shop.
-- in:  $file_sha256, $mall, $shop_id
-- out: imports
SELECT count(*)
FROM shipment_imports
WHERE file_sha256 = sha256(getvariable('people_key') || $file_sha256)
  AND mall = $mall
  AND shop_id = $shop_id;

-- name: list_numbered_packages
-- Packages of these orders that have a parcel with a number, here or at the mall: a row
-- without one beside it would keep the order open there. Not those at the mall that are
-- said to have none already.
-- in:  $mall, $shop_id, $numbers
-- out: order_number, basket_id
WITH parcels AS (
    SELECT order_number, basket_id, tracking_number
    FROM shipments
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND list_contains($numbers::VARCHAR[], order_number)
      AND state NOT IN ('refused', 'cancelled', 'replaced')
)
SELECT order_number, basket_id
FROM parcels
WHERE tracking_number <> 'なし'
UNION
SELECT p.order_number, p.basket_id
FROM order_packages AS p
ANTI JOIN parcels USING (order_number, basket_id)
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], p.order_number)
  AND len(list_filter(
      list_append([one.tracking_number FOR one IN p.shipping_rows], p.tracking_number),
      lambda one: trim(one) <> ''
  )) > 0;

-- name: judge_shipments
-- Classify each parcel of a file as created, changed or unchanged.
-- in:  view `shipment_rows` (position, order_number, basket_id, tracking_number,
--      carrier_code, shipping_date, shipping_detail_id, replaces), one row per parcel;
--      $mall, $shop_id, $is_known_file
-- out: temporary table `judged_shipments`: the same, the content to store, verdict
--      created|changed|unchanged and the state to store. A number that was corrected
--      stays so, unless a new file corrects back to it: another correction than that
--      which it was itself, and of a number that stands; a refused or cancelled one is
--      planned again; one under way stays under way, whatever changes about it. A new
--      number takes the place of a parcel of its package that was said to have none
CREATE OR REPLACE TEMP TABLE judged_shipments AS
SELECT
    r.position, r.order_number, r.basket_id, r.tracking_number,
    r.carrier_code, r.shipping_date,
    coalesce(r.shipping_detail_id, s.shipping_detail_id) AS shipping_detail_id,
    r.shipping_detail_id AS named_detail_id,
    coalesce(r.replaces, r.shipping_detail_id) IS NOT NULL AS is_correction,
    coalesce(r.replaces, s.replaces, u.tracking_number) AS replaces,
    CASE
        WHEN s.state IS NULL THEN 'created'
        WHEN s.state = 'replaced' THEN if(
            r.replaces <> coalesce(s.replaces, '')
            AND w.tracking_number IS NULL
            AND NOT $is_known_file,
            'changed', 'unchanged'
        )
        WHEN s.state IN ('refused', 'cancelled') THEN 'changed'
        WHEN s.carrier_code <> r.carrier_code
            OR s.shipping_date <> r.shipping_date
            OR coalesce(r.replaces, s.replaces) IS DISTINCT FROM s.replaces THEN 'changed'
        ELSE 'unchanged'
    END AS verdict,
    if(s.state IN ('sent', 'unknown'), s.state, 'planned') AS state
FROM shipment_rows AS r
LEFT JOIN shipments AS s
    ON s.mall = $mall
    AND s.shop_id = $shop_id
    AND s.order_number = r.order_number
    AND s.basket_id = r.basket_id
    AND s.tracking_number = r.tracking_number
LEFT JOIN shipments AS u
    ON s.state IS NULL
    AND u.mall = $mall
    AND u.shop_id = $shop_id
    AND u.order_number = r.order_number
    AND u.basket_id = r.basket_id
    AND u.tracking_number = 'なし'
    AND r.tracking_number <> 'なし'
    AND u.state <> 'replaced'
LEFT JOIN shipments AS w
    ON w.mall = $mall
    AND w.shop_id = $shop_id
    AND w.order_number = r.order_number
    AND w.basket_id = r.basket_id
    AND w.tracking_number = r.replaces
    AND w.state = 'replaced';

-- name: count_shipment_verdicts
-- How many parcels of a file are new, changed, known.
-- in:  temporary table `judged_shipments`
-- out: created, changed, unchanged
SELECT
    count(*) FILTER (verdict = 'created'),
    count(*) FILTER (verdict = 'changed'),
    count(*) FILTER (verdict = 'unchanged')
FROM judged_shipments;

-- name: list_doubtful_corrections
-- Corrections after which the wrong number stays at the mall.
-- in:  view `shipment_rows`, $mall, $shop_id; before the numbers are replaced
-- out: position, the row of the file; is_vain: neither a parcel of the package, in this
--      file or before, nor a row of it at the mall has the number, or not any more; else
--      both numbers have been told, each in a row of its own
WITH known AS (
    SELECT
        order_number, basket_id, tracking_number, state,
        state IN ('sent', 'unknown', 'verified') OR verified_at IS NOT NULL AS is_told
    FROM shipments
    WHERE mall = $mall
      AND shop_id = $shop_id
)
SELECT
    r.position,
    (
        w.state IS NULL AND f.position IS NULL
        OR w.state = 'replaced' AND t.state IS NULL AND f.replaces IS NULL
    )
        AND NOT list_contains(
            list_transform(
                list_append(
                    [one.tracking_number FOR one IN p.shipping_rows], p.tracking_number
                ),
                lambda one: upper(regexp_replace(one, '[\s-]', '', 'g'))
            ),
            r.replaces
        ) AS is_vain
FROM shipment_rows AS r
LEFT JOIN known AS w
    ON w.order_number = r.order_number AND w.basket_id = r.basket_id
    AND w.tracking_number = r.replaces
LEFT JOIN known AS t
    ON t.order_number = r.order_number AND t.basket_id = r.basket_id
    AND t.tracking_number = r.tracking_number
LEFT JOIN shipment_rows AS f
    ON f.order_number = r.order_number AND f.basket_id = r.basket_id
    AND f.tracking_number = r.replaces
LEFT JOIN order_packages AS p
    ON p.mall = $mall AND p.shop_id = $shop_id
    AND p.order_number = r.order_number AND p.basket_id = r.basket_id
WHERE r.replaces IS NOT NULL
  AND (is_vain OR w.state <> 'replaced' AND w.is_told AND t.is_told)
ORDER BY r.position;

-- name: merge_shipments
-- Write the parcels of a file that are new or changed.
-- in:  temporary table `judged_shipments`, $mall, $shop_id, $import_id, $imported_at
-- out: rows of shipments; what is known of earlier reports stays
MERGE INTO shipments
USING (
    SELECT
        $mall AS mall, $shop_id AS shop_id,
        order_number, basket_id, tracking_number, carrier_code, shipping_date,
        state, shipping_detail_id, replaces
    FROM judged_shipments
    WHERE verdict <> 'unchanged'
) AS new USING (mall, shop_id, order_number, basket_id, tracking_number)
WHEN MATCHED THEN UPDATE SET
    carrier_code = new.carrier_code,
    shipping_date = new.shipping_date,
    state = new.state,
    reason = NULL,
    shipping_detail_id = new.shipping_detail_id,
    replaces = new.replaces,
    import_id = $import_id,
    changed_at = $imported_at
WHEN NOT MATCHED THEN INSERT (
    mall, shop_id, order_number, basket_id, tracking_number, carrier_code,
    shipping_date, state, shipping_detail_id, replaces, import_id, imported_at,
    changed_at
) VALUES (
    new.mall, new.shop_id, new.order_number, new.basket_id, new.tracking_number,
    new.carrier_code, new.shipping_date, new.state, new.shipping_detail_id,
    new.replaces, $import_id, $imported_at, $imported_at
);

-- name: replace_shipments
-- A file corrects wrong numbers; they are not wanted any more, also where the file has
-- them itself. Of two corrections that contradict each other the later row counts.
-- in:  temporary table `judged_shipments`, $mall, $shop_id, $imported_at, $reason; after
--      its parcels are written
-- out: shipments at state replaced: those a correction names by number or by 発送明細ID
UPDATE shipments AS s
SET state = 'replaced', reason = $reason, changed_at = $imported_at
FROM (
    SELECT DISTINCT w.order_number, w.basket_id, w.tracking_number
    FROM shipments AS w
    JOIN judged_shipments AS j
        ON j.order_number = w.order_number AND j.basket_id = w.basket_id
        AND j.tracking_number <> w.tracking_number
        AND (j.replaces = w.tracking_number OR j.named_detail_id = w.shipping_detail_id)
    LEFT JOIN judged_shipments AS l
        ON l.order_number = w.order_number AND l.basket_id = w.basket_id
        AND l.tracking_number = w.tracking_number
        AND l.is_correction AND l.position > j.position
    WHERE w.mall = $mall
      AND w.shop_id = $shop_id
      AND w.state <> 'replaced'
      AND j.verdict <> 'unchanged'
      AND l.position IS NULL
) AS d
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = d.order_number
  AND s.basket_id = d.basket_id
  AND s.tracking_number = d.tracking_number;

-- name: list_deleted_labels
-- Parcels whose label was deleted since their number was taken.
-- in:  view `deleted_labels` (the columns of `shipment_rows`), $mall, $shop_id
-- out: position, the row of the file; whether a mall was told the number, or may have been
SELECT
    d.position,
    s.state IN ('sent', 'unknown', 'verified')
        OR s.verified_at IS NOT NULL
        OR EXISTS (
            SELECT 1
            FROM tracking_exports AS e
            WHERE e.mall = s.mall AND e.shop_id = s.shop_id
              AND e.order_number = s.order_number AND e.basket_id = s.basket_id
              AND e.tracking_number = s.tracking_number
              AND e.reason IS NULL
        ) AS is_told
FROM deleted_labels AS d
JOIN shipments AS s USING (order_number, basket_id, tracking_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.state <> 'replaced'
ORDER BY d.position;

-- name: withdraw_deleted_labels
-- Numbers that no mall is to be told any more.
-- in:  view `deleted_labels`, $positions: of these rows, $mall, $shop_id, $imported_at,
--      $reason
-- out: shipments at state replaced
UPDATE shipments AS s
SET state = 'replaced', reason = $reason, changed_at = $imported_at
FROM deleted_labels AS d
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = d.order_number
  AND s.basket_id = d.basket_id
  AND s.tracking_number = d.tracking_number
  AND list_contains($positions::BIGINT[], d.position);

-- name: list_shared_numbers
-- New parcels whose number another order had before this file, and within three months: a
-- carrier gives a number again only much later.
-- in:  temporary table `judged_shipments`, $mall, $shop_id, $imported_at; after the numbers
--      that the file corrects or takes back are replaced
-- out: position, the row of the file
SELECT DISTINCT j.position
FROM judged_shipments AS j
JOIN shipments AS s
    ON s.tracking_number = j.tracking_number
    AND s.carrier_code = j.carrier_code
    AND (s.mall, s.shop_id, s.order_number) <> ($mall, $shop_id, j.order_number)
    AND s.state <> 'replaced'
    AND abs(date_diff('day', s.shipping_date, j.shipping_date)) <= 92
WHERE j.verdict = 'created'
  AND j.tracking_number <> 'なし'
  AND s.imported_at < $imported_at::TIMESTAMPTZ
ORDER BY j.position;

-- name: list_parcels_to_hold
-- Parcels of orders that, as last seen, are not to be sent: cancelled, or not paid, on hold
-- or under review.
-- in:  temporary table `judged_shipments`, $mall, $shop_id
-- out: position, the row of the file; is_cancelled
SELECT
    j.position,
    o.cancelled OR o.status = 'キャンセル' OR o.mall = 'rakuten' AND o.mall_status = '800'
        AS is_cancelled
FROM judged_shipments AS j
JOIN orders AS o USING (order_number)
WHERE o.mall = $mall
  AND o.shop_id = $shop_id
  AND j.verdict <> 'unchanged'
  AND (
      is_cancelled
      OR coalesce(o.is_under_review, false)
      OR o.mall = 'rakuten' AND o.mall_status IN ('100', '200', '400')
  )
ORDER BY j.position;

-- name: list_further_parcels
-- New parcels of packages that had a number before this file: two parcels, or a second
-- label of one.
-- in:  temporary table `judged_shipments`, $mall, $shop_id, $imported_at; after the numbers
--      that it corrects or takes back are replaced
-- out: position, the row of the file
SELECT DISTINCT j.position
FROM judged_shipments AS j
JOIN shipments AS s USING (order_number, basket_id)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND j.verdict = 'created'
  AND j.replaces IS NULL
  AND 'なし' NOT IN (s.tracking_number, j.tracking_number)
  AND s.state NOT IN ('refused', 'cancelled', 'replaced')
  AND s.imported_at < $imported_at::TIMESTAMPTZ
ORDER BY j.position;

-- name: record_shipment_import
-- The account of one file.
-- in:  $import_id, $file_sha256, $file_name, $carrier, $layout, $mall, $shop_id,
--      $rows_read, $created, $changed, $unchanged, $rejected, $unmatched, $imported_at
-- out: a row of shipment_imports
INSERT INTO shipment_imports BY NAME
SELECT
    $import_id AS import_id,
    sha256(getvariable('people_key') || $file_sha256) AS file_sha256,
    $file_name AS file_name,
    $carrier AS carrier,
    $layout AS layout,
    $mall AS mall,
    $shop_id AS shop_id,
    $rows_read AS rows_read,
    $created AS shipments_created,
    $changed AS shipments_changed,
    $unchanged AS shipments_unchanged,
    $rejected AS rows_rejected,
    $unmatched AS rows_unmatched,
    $imported_at AS imported_at;

-- name: record_shipment_rejects
-- The rows of a file that were set aside.
-- in:  view `shipment_asides` (row_number, kind, column_name, reason, is_elsewhere),
--      $import_id
-- out: rows of shipment_rejects
INSERT INTO shipment_rejects BY NAME
SELECT $import_id AS import_id, row_number, kind, column_name, reason, is_elsewhere
FROM shipment_asides;
