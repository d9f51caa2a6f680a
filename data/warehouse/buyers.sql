-- name: list_orders_by_number
-- The orders of one number, at whatever mall.
-- in:  $order_number
-- out: mall, shop_id, order_number
SELECT mall, shop_id, order_number
FROM orders
WHERE order_number = $order_number
ORDER BY mall, shop_id;

-- name: list_people_to_search
-- Everybody who is stored.
-- in:  –
-- out: mall, shop_id, order_number, role, family_name, first_name, phone, email
SELECT mall, shop_id, order_number, role, family_name, first_name, phone, email
FROM order_people;

-- name: show_ended_orders
-- Orders that are over, and since when. Their status says so, or the mall's word: a CSV
-- leaves an order that it creates at 受注処理中, whatever the mall calls it. A file that
-- has no word for it says it by a number and a day for each package; RMS has its own word.
-- Where no day is known, it counts as of when the order was first seen to stand so. What
-- observed_at tells is the latest content, and a remark may have changed since.
-- in:  –
-- out: temporary view `ended_orders` (mall, shop_id, order_number, ended_at)
CREATE OR REPLACE TEMP VIEW ended_orders AS
WITH parcels AS (
    SELECT mall, shop_id, order_number, basket_id, shipping_date, true AS is_numbered
    FROM shipments
    WHERE state NOT IN ('replaced', 'cancelled')
    UNION ALL
    SELECT
        mall, shop_id, order_number, basket_id, shipping_date,
        tracking_number IS NOT NULL
    FROM order_packages
    WHERE shipping_date IS NOT NULL
), left_orders AS (
    SELECT
        mall, shop_id, order_number,
        max(shipping_date)::TIMESTAMPTZ + INTERVAL 1 DAY AS shipped_at
    FROM parcels
    GROUP BY mall, shop_id, order_number
), waiting AS (
    SELECT DISTINCT mall, shop_id, order_number
    FROM order_packages AS p
    ANTI JOIN (SELECT * FROM parcels WHERE is_numbered) AS s
        USING (mall, shop_id, order_number, basket_id)
), stood AS (
    SELECT mall, shop_id, order_number, max(ended_at) AS since
    FROM order_status_log
    GROUP BY mall, shop_id, order_number
)
SELECT
    o.mall, o.shop_id, o.order_number,
    coalesce(
        greatest(o.shipped_at, o.cancelled_at),
        l.shipped_at,
        t.since,
        least(o.imported_at, o.observed_at)
    ) AS ended_at
FROM orders AS o
LEFT JOIN left_orders AS l USING (mall, shop_id, order_number)
LEFT JOIN stood AS t USING (mall, shop_id, order_number)
LEFT JOIN waiting AS w USING (mall, shop_id, order_number)
WHERE o.status IN ('出荷済', 'キャンセル')
   OR o.outcome IN ('shipped', 'refunded', 'cancelled')
   OR o.cancelled
   OR o.shipped_at IS NOT NULL
   OR o.cancelled_at IS NOT NULL
   OR (
       o.content_source <> 'api'
       AND l.order_number IS NOT NULL
       AND w.order_number IS NULL
   );

-- name: list_cleared_together
-- The orders that one request cleared: by one of them, or by the mail address that asked.
-- Once they are cleared, nothing else tells that they are one buyer's.
-- in:  view `clearing` (mall, shop_id, order_number), $buyer_hash
-- out: mall, shop_id, order_number
SELECT mall, shop_id, order_number
FROM cleared_orders
WHERE why = 'asked'
  AND (
      cleared_at IN (
          SELECT a.cleared_at
          FROM cleared_orders AS a
          SEMI JOIN clearing AS c USING (mall, shop_id, order_number)
          WHERE a.why = 'asked'
      )
      OR cleared_at IN (
          SELECT forgotten_at FROM forgotten_buyers WHERE buyer_hash = $buyer_hash
      )
  );

-- name: list_numbers_to_search
-- What the orders are called in files: their numbers, and the keys on their labels. A key
-- of a package that has another id since is a hash, which no file has. Of a request that
-- is made again, so are the orders that came after it and were stored without their
-- buyer: whose they are is forgotten, but each buyer of theirs has asked.
-- in:  view `clearing`, $by_itself (who cleared those)
-- out: number
WITH asked AS (
    SELECT count(*) > 0 AS is_again
    FROM cleared_orders AS a
    SEMI JOIN clearing AS c USING (mall, shop_id, order_number)
    WHERE a.why = 'asked'
), named AS (
    SELECT mall, shop_id, order_number
    FROM clearing
    UNION
    SELECT mall, shop_id, order_number
    FROM cleared_orders
    WHERE why = 'asked'
      AND who = $by_itself
      AND (SELECT is_again FROM asked)
)
SELECT order_number AS number
FROM named
UNION
SELECT l.short_key
FROM shipping_labels AS l
SEMI JOIN named AS n USING (mall, shop_id, order_number)
WHERE length(l.short_key) < 64;

-- name: list_unshipped
-- Those of the orders that are not over.
-- in:  views `clearing` (mall, shop_id, order_number), `ended_orders`
-- out: order_number
SELECT c.order_number
FROM clearing AS c
SEMI JOIN orders AS o USING (mall, shop_id, order_number)
ANTI JOIN ended_orders AS e USING (mall, shop_id, order_number)
ORDER BY c.order_number;

-- name: list_ended_before
-- Orders whose buyers' data has stood for long enough: over before a moment and not
-- cleared.
-- in:  view `ended_orders`, $before, $row_limit
-- out: mall, shop_id, order_number, the longest ended first
SELECT mall, shop_id, order_number
FROM ended_orders AS e
ANTI JOIN cleared_orders AS c USING (mall, shop_id, order_number)
WHERE ended_at < $before
ORDER BY ended_at, order_number
LIMIT $row_limit;

-- name: find_names_of_files
-- Find the names of imported files that tell of the buyer: a clerk may have chosen
-- 「山田花子様.csv」. Two signs are a name where both its parts are known (林 薫), else
-- they may be a family's (山田) or a word.
-- in:  view `clearing`, table order_people (they are taken away after it)
-- out: temporary table `names_of_files`
CREATE OR REPLACE TEMP TABLE names_of_files AS
SELECT DISTINCT f.file_name
FROM (
    SELECT file_name FROM csv_imports
    UNION
    SELECT file_name FROM shipment_imports
) AS f
JOIN (
    SELECT DISTINCT
        lower(regexp_replace(
            coalesce(p.family_name, '') || coalesce(p.first_name, ''), '[\s\x{3000}]', '', 'g'
        )) AS name,
        trim(p.family_name) <> '' AND trim(p.first_name) <> '' AS is_whole,
        lower(p.email) AS mail,
        regexp_replace(p.phone, '[^0-9]', '', 'g') AS phone
    FROM order_people AS p
    SEMI JOIN clearing AS c USING (mall, shop_id, order_number)
) AS w
    ON (
        length(w.name) > if(w.is_whole, 1, 2)
        AND contains(lower(regexp_replace(f.file_name, '[\s\x{3000}]', '', 'g')), w.name)
    )
    OR (contains(w.mail, '@') AND contains(lower(f.file_name), w.mail))
    OR (
        length(w.phone) > 8
        AND contains(regexp_replace(f.file_name, '[^0-9]', '', 'g'), w.phone)
    );

-- name: blank_names_of_order_files
-- Put a name that is no other file's in the place of each.
-- in:  temporary table `names_of_files`
-- out: rows of csv_imports
UPDATE csv_imports SET file_name = 'cleared:' || import_id
WHERE file_name IN (SELECT file_name FROM names_of_files);

-- name: blank_names_of_shipment_files
-- The same for the carriers' files.
-- in:  temporary table `names_of_files`
-- out: rows of shipment_imports
UPDATE shipment_imports SET file_name = 'cleared:' || import_id
WHERE file_name IN (SELECT file_name FROM names_of_files);

-- name: blank_names_in_dismissals
-- What was taken off the list may have quoted such a name.
-- in:  temporary table `names_of_files`
-- out: rows of dismissals
UPDATE dismissals SET what = list_reduce(
    (SELECT list(file_name) FROM names_of_files),
    lambda said, name: replace(said, name, 'cleared'),
    what
)
WHERE EXISTS (SELECT 1 FROM names_of_files WHERE contains(what, file_name));

-- name: blank_names_in_alarms
-- The same for what somebody was told.
-- in:  temporary table `names_of_files`
-- out: rows of alarms
UPDATE alarms SET what = list_reduce(
    (SELECT list(file_name) FROM names_of_files),
    lambda said, name: replace(said, name, 'cleared'),
    what
)
WHERE EXISTS (SELECT 1 FROM names_of_files WHERE contains(what, file_name));

-- name: remove_buyers
-- Take the people of the orders away.
-- in:  view `clearing`
-- out: rows gone from order_people
DELETE FROM order_people AS p
USING clearing AS c
WHERE p.mall = c.mall
  AND p.shop_id = c.shop_id
  AND p.order_number = c.order_number;

-- name: remove_answers
-- Take away what the mall itself said of the orders: all of their people are in it.
-- in:  view `clearing`
-- out: rows gone from order_answers
DELETE FROM order_answers AS a
USING clearing AS c
WHERE a.mall = c.mall
  AND a.shop_id = c.shop_id
  AND a.order_number = c.order_number;

-- name: blank_packages
-- Take away where the orders' packages went; the prefecture stays.
-- in:  view `clearing`
-- out: rows of order_packages
UPDATE order_packages AS p SET
    zip               = NULL,
    noshi             = NULL,
    drop_off_location = NULL,
    pickup_store      = NULL,
    pickup_store_code = NULL
FROM clearing AS c
WHERE p.mall = c.mall
  AND p.shop_id = c.shop_id
  AND p.order_number = c.order_number;

-- name: blank_wrappings
-- Take away the names of the orders' wrappings: a shop may word one for one buyer.
-- in:  view `clearing`
-- out: rows of orders
UPDATE orders AS o SET gift_wrapping = NULL
FROM clearing AS c
WHERE o.mall = c.mall
  AND o.shop_id = c.shop_id
  AND o.order_number = c.order_number
  AND o.gift_wrapping IS NOT NULL;

-- name: blank_lines
-- Take away what the buyer typed for the orders' lines.
-- in:  view `clearing`
-- out: rows of order_lines
UPDATE order_lines AS l SET choices = NULL
FROM clearing AS c
WHERE l.mall = c.mall
  AND l.shop_id = c.shop_id
  AND l.order_number = c.order_number
  AND l.choices IS NOT NULL;

-- name: list_contents_to_clear
-- Every content the orders have had.
-- in:  view `clearing`
-- out: mall, shop_id, order_number, observed_at, source, content, whether it is the newest
SELECT
    l.mall, l.shop_id, l.order_number, l.observed_at, l.source, l.content,
    l.observed_at = max(l.observed_at) OVER (
        PARTITION BY l.mall, l.shop_id, l.order_number
    ) AS is_newest
FROM order_log AS l
SEMI JOIN clearing AS c USING (mall, shop_id, order_number);

-- name: write_cleared_contents
-- Keep the contents without what they said of people. Hashes change with them, or they
-- would still tell who it was; those of a CSV name only its import.
-- in:  view `cleared_contents` (mall, shop_id, order_number, observed_at, content,
--      content_hash)
-- out: rows of order_log
UPDATE order_log AS l SET
    content      = n.content,
    content_hash = if(l.source = 'api', n.content_hash, l.content_hash)
FROM cleared_contents AS n
WHERE l.mall = n.mall
  AND l.shop_id = n.shop_id
  AND l.order_number = n.order_number
  AND l.observed_at = n.observed_at;

-- name: follow_cleared_contents
-- The orders' own hashes follow those of their newest contents.
-- in:  view `cleared_contents`, as above with is_newest
-- out: rows of orders
UPDATE orders AS o SET content_hash = n.content_hash
FROM cleared_contents AS n
WHERE o.mall = n.mall
  AND o.shop_id = n.shop_id
  AND o.order_number = n.order_number
  AND o.content_source = 'api'
  AND n.is_newest;

-- name: blank_answers
-- The hash of the mall's answer covers its people, too.
-- in:  view `clearing`
-- out: rows of order_sightings
UPDATE order_sightings AS s SET answer_hash = NULL
FROM clearing AS c
WHERE s.mall = c.mall
  AND s.shop_id = c.shop_id
  AND s.order_number = c.order_number;

-- name: blank_order_files
-- The hashes of the files that the orders may have come by; a file that comes again is
-- read again and changes nothing.
-- in:  view `clearing`
-- out: rows of csv_imports
UPDATE csv_imports AS i SET file_sha256 = 'cleared:' || i.import_id
FROM (SELECT DISTINCT mall, shop_id FROM clearing) AS c
WHERE i.mall = c.mall
  AND i.shop_id = c.shop_id
  AND NOT starts_with(i.file_sha256, 'cleared:');

-- name: blank_shipment_files
-- The same for the carriers' files.
-- in:  view `clearing`
-- out: rows of shipment_imports
UPDATE shipment_imports AS i SET file_sha256 = 'cleared:' || i.import_id
FROM (SELECT DISTINCT mall, shop_id FROM clearing) AS c
WHERE i.mall = c.mall
  AND i.shop_id = c.shop_id
  AND NOT starts_with(i.file_sha256, 'cleared:');

-- name: record_cleared
-- The journal, and what keeps the people of these orders away.
-- in:  view `clearing`, $why, $who, $at
-- out: rows of cleared_orders; one that was asked for stays so
INSERT INTO cleared_orders BY NAME
SELECT DISTINCT
    mall, shop_id, order_number,
    $why AS why, $who AS who, $at AS cleared_at
FROM clearing
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    why        = excluded.why,
    who        = excluded.who,
    cleared_at = excluded.cleared_at
WHERE excluded.why = 'asked'
  AND cleared_orders.why = 'term';

-- name: record_forgotten
-- By what the buyer is known again.
-- in:  $hashes, $key_hash, $at
-- out: rows of forgotten_buyers
INSERT INTO forgotten_buyers BY NAME
SELECT
    unnest($hashes::VARCHAR[]) AS buyer_hash,
    $key_hash AS key_hash,
    $at AS forgotten_at
ON CONFLICT (buyer_hash) DO UPDATE SET forgotten_at = excluded.forgotten_at;

-- name: count_orders_with_people
-- How many orders have people.
-- in:  –
-- out: one number
SELECT count(DISTINCT (mall, shop_id, order_number))
FROM order_people;

-- name: list_forgotten
-- Everybody who asked.
-- in:  –
-- out: buyer_hash, forgotten_at
SELECT buyer_hash, forgotten_at
FROM forgotten_buyers;

-- name: count_unknown_keys
-- Rows that were made with another key: they know nobody any more.
-- in:  $key_hash
-- out: one number
SELECT count(*)
FROM forgotten_buyers
WHERE key_hash <> $key_hash;

-- name: list_cleared_among
-- Those of the orders whose people are not stored again.
-- in:  $numbers
-- out: mall, shop_id, order_number
SELECT mall, shop_id, order_number
FROM cleared_orders
WHERE order_number IN (SELECT unnest($numbers::VARCHAR[]));

-- name: list_bytes_left
-- Return when the data were cleared whose bytes may still be in the file.
-- in:  incidents
-- out: one row of since, or none
SELECT since
FROM incidents
WHERE kind = 'bytes_left'
  AND settled_at IS NULL;
