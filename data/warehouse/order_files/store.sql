-- name: list_csv_shops
-- The shops of a mall that have orders, whoever told of them.
-- in:  $mall; NULL = of every mall
-- out: shop_id
SELECT DISTINCT shop_id
FROM orders
WHERE mall = $mall OR $mall IS NULL
ORDER BY shop_id;

-- name: create_csv_keys
-- An empty table for what tells the file's rows apart.
-- out: temporary table `csv_keys`, one row per row of the file
CREATE OR REPLACE TEMP TABLE csv_keys (
    chunk        INTEGER,
    row_number   UINTEGER,
    shop_id      VARCHAR,
    order_number VARCHAR,
    basket_id    VARCHAR,
    line_id      VARCHAR,
    order_hash   UBIGINT,
    basket_hash  UBIGINT,
    line_hash    UBIGINT,
    is_fixed     BOOLEAN
);

-- name: stage_csv_keys
-- Record what tells the rows of a chunk apart.
-- in:  view `csv_shown` (keys and hashes, data.warehouse.order_files.rows), $chunk, $shop_id
-- out: rows of `csv_keys`; a file that does not show the shop is of the given one
INSERT INTO csv_keys BY NAME
SELECT
    $chunk AS chunk,
    row_number,
    coalesce(shop_id, $shop_id) AS shop_id,
    order_number, basket_id, line_id, order_hash, basket_hash, line_hash, is_fixed
FROM csv_shown;

-- name: list_cleared_csv
-- Those of the file's orders whose people are not stored again.
-- in:  temporary table `csv_keys`, $mall, $shop_id
-- out: order_number
SELECT DISTINCT k.order_number
FROM csv_keys AS k
SEMI JOIN (
    SELECT order_number
    FROM cleared_orders
    WHERE mall = $mall
      AND shop_id = $shop_id
) AS c ON c.order_number = k.order_number;

-- name: list_csv_other_shops
-- Whose orders the file holds beside the given shop's.
-- in:  temporary table `csv_keys`, $shop_id
-- out: shop_id, orders
SELECT shop_id, count(DISTINCT order_number) AS orders
FROM csv_keys
WHERE shop_id <> $shop_id
GROUP BY shop_id
ORDER BY shop_id;

-- name: list_csv_blanks_wanting
-- Rows whose quantity is blank and has to be there: their order is not known, or the
-- cell would be cleared. Whether their line is known shows when it is matched.
-- in:  view `csv_blank` (row_number), temporary table `csv_keys`, $mall, $shop_id, $mode
-- out: row_number
SELECT b.row_number
FROM csv_blank AS b
LEFT JOIN csv_keys AS k ON k.row_number = b.row_number
LEFT JOIN orders AS s
    ON s.mall = $mall AND s.shop_id = $shop_id AND s.order_number = k.order_number
WHERE s.order_number IS NULL
   OR $mode = 'replace';

-- name: judge_csv_orders
-- Which orders of the file are imported, and what is known of them.
-- in:  temporary table `csv_keys`, view `csv_rejected` (order_number), $mall,
--      $shop_id, $whole_parts, $orders_a_part
-- out: temporary table `csv_orders`, one row per order of this shop that no reject
--      names; `part` is the piece of the file in which the order is whole, beyond
--      $whole_parts for orders whose rows lie in several chunks
CREATE OR REPLACE TEMP TABLE csv_orders AS
WITH shown AS (
    SELECT
        order_number,
        max(row_number) AS last_row,
        min(chunk) AS first_chunk,
        max(chunk) AS last_chunk,
        min(order_hash) <> max(order_hash) AS is_uneven,
        bool_and(is_fixed) AS amounts_fixed
    FROM csv_keys
    WHERE shop_id = $shop_id
    GROUP BY order_number
)
SELECT
    s.order_number, s.last_row, s.is_uneven, s.amounts_fixed,
    CASE
        WHEN s.first_chunk = s.last_chunk THEN s.first_chunk
        ELSE $whole_parts + (
            row_number() OVER (
                PARTITION BY s.first_chunk = s.last_chunk ORDER BY s.last_row
            ) // $orders_a_part
        )
    END::INTEGER AS part,
    o.order_number IS NOT NULL AS is_known,
    greatest(
        $imported_at, coalesce(g.seen_at, o.observed_at) + INTERVAL 1 MICROSECOND
    ) AS observed_at
FROM shown AS s
ANTI JOIN csv_rejected AS r ON r.order_number = s.order_number
LEFT JOIN (
    SELECT order_number, observed_at FROM orders
    WHERE mall = $mall AND shop_id = $shop_id
) AS o ON o.order_number = s.order_number
LEFT JOIN (
    SELECT order_number, seen_at FROM order_sightings
    WHERE mall = $mall AND shop_id = $shop_id
) AS g ON g.order_number = s.order_number;

-- name: judge_csv_lines
-- Which row of the file speaks for each line of an order. Rows are
-- compared over the whole file, neighbours or not: of rows that differ the later one
-- wins, and how many rows are equal to it counts where a mall repeats rows for units.
-- in:  temporary tables `csv_keys`, `csv_orders`, $shop_id
-- out: temporary table `csv_lines`, one row per (order, line)
CREATE OR REPLACE TEMP TABLE csv_lines AS
WITH shown AS (
    SELECT
        order_number, line_id,
        max(row_number) AS last_row,
        count(*) AS copies,
        any_value(line_hash) AS line_hash
    FROM csv_keys
    WHERE shop_id = $shop_id
    GROUP BY order_number, line_id, order_hash, basket_hash, line_hash
),
lines AS (
    SELECT
        order_number, line_id,
        max(last_row) AS last_row,
        arg_max(copies, last_row) AS copies,
        sum(copies) - count(*) AS repeated,
        min(line_hash) <> max(line_hash) AS is_uneven
    FROM shown
    GROUP BY order_number, line_id
)
SELECT
    l.last_row, l.copies, l.repeated, l.is_uneven,
    o.last_row AS order_row,
    o.part, o.is_known, o.amounts_fixed
FROM lines AS l
JOIN csv_orders AS o ON o.order_number = l.order_number;

-- name: judge_csv_baskets
-- Which row of the file speaks for each package that has a line.
-- in:  temporary tables `csv_keys`, `csv_lines`, $shop_id
-- out: temporary table `csv_baskets`, one row per (order, package)
CREATE OR REPLACE TEMP TABLE csv_baskets AS
SELECT
    k.order_number, k.basket_id,
    max(l.last_row) AS last_row,
    min(k.basket_hash) <> max(k.basket_hash) AS is_uneven,
    any_value(l.part) AS part,
    any_value(l.is_known) AS is_known
FROM csv_keys AS k
LEFT JOIN csv_lines AS l ON l.last_row = k.row_number
WHERE k.shop_id = $shop_id
GROUP BY k.order_number, k.basket_id
HAVING max(l.last_row) IS NOT NULL;

-- name: count_csv_orders
-- What the file holds for this shop.
-- in:  temporary tables `csv_orders`, `csv_lines`, `csv_keys`, view `csv_rejected`,
--      $shop_id
-- out: one row: new, known, lines_repeated, set_aside (orders that a reject names)
SELECT
    (SELECT count(*) FROM csv_orders WHERE NOT is_known) AS new,
    (SELECT count(*) FROM csv_orders WHERE is_known) AS known,
    (SELECT coalesce(sum(repeated), 0)::BIGINT FROM csv_lines) AS lines_repeated,
    (
        SELECT count(DISTINCT order_number)
        FROM csv_rejected
        WHERE order_number NOT IN (
            SELECT order_number FROM csv_keys WHERE shop_id <> $shop_id
        )
    ) AS set_aside;

-- name: list_csv_warned
-- The warnings about cells that are worth keeping: an order that is not stored has none.
-- in:  view `csv_warned`, temporary table `csv_orders`
-- out: row_number, column_name, kind, reason, order_number, in file order
SELECT w.row_number, w.column_name, w.kind, w.reason, w.order_number
FROM csv_warned AS w
LEFT JOIN csv_orders AS o ON o.order_number = w.order_number
WHERE o.order_number IS NOT NULL
   OR (w.order_number IS NULL AND w.column_name IS NULL)
ORDER BY w.row_number;

-- name: list_csv_warnings
-- What a person should know of the file's orders. Asked before
-- anything is written.
-- in:  temporary tables `csv_orders`, `csv_baskets`, `csv_lines`
-- out: kind, order_number, lines (how many the warning is about)
SELECT 'line-differs' AS kind, o.order_number, count(*) AS lines
FROM csv_lines AS l
JOIN csv_orders AS o ON o.last_row = l.order_row
WHERE l.is_uneven
GROUP BY o.order_number
UNION ALL
SELECT 'order-differs', order_number, 1
FROM csv_orders
WHERE is_uneven
UNION ALL
SELECT 'package-differs', order_number, count(*)
FROM csv_baskets
WHERE is_uneven
GROUP BY order_number
ORDER BY kind, order_number;

-- name: list_csv_spread_orders
-- The orders that lie in several chunks, and in which part they
-- come.
-- in:  temporary table `csv_orders`, $whole_parts
-- out: order_number, part
SELECT order_number, part
FROM csv_orders
WHERE part >= $whole_parts;

-- name: create_csv_spread
-- A place for rows of orders that lie in several chunks.
-- in:  view `csv_aside`, every cell
-- out: empty temporary table `csv_spread`
CREATE OR REPLACE TEMP TABLE csv_spread AS
SELECT * FROM csv_aside LIMIT 0;

-- name: stage_csv_spread
-- Put rows of orders that lie in several chunks aside.
-- in:  view `csv_aside`, every cell
-- out: rows of `csv_spread`
INSERT INTO csv_spread
SELECT * FROM csv_aside;

-- name: list_csv_spread
-- The rows of one part of the orders that lay in several chunks.
-- in:  temporary tables `csv_spread`, `csv_orders`, $part
-- out: every cell, in file order
SELECT s.*
FROM csv_spread AS s
SEMI JOIN (
    SELECT order_number FROM csv_orders WHERE part = $part
) AS o ON o.order_number = s.order_number
ORDER BY s.row_number;

-- name: list_csv_uneven_orders
-- Orders of a part whose rows differ in the order's cells.
-- in:  temporary table `csv_orders`, $part
-- out: order_number, last_row (the row that speaks for it)
SELECT order_number, last_row
FROM csv_orders
WHERE part = $part
  AND is_uneven;

-- name: list_csv_uneven_packages
-- Packages of a part whose rows differ in their cells.
-- in:  temporary table `csv_baskets`, $part
-- out: order_number, basket_id, last_row (the row that speaks for it)
SELECT order_number, basket_id, last_row
FROM csv_baskets
WHERE part = $part
  AND is_uneven;

-- name: list_csv_speaking
-- Which rows of a part speak for what.
-- in:  temporary tables `csv_lines`, `csv_baskets`, $part
-- out: row_number (each speaks for its line), copies, speaks_for_order,
--      speaks_for_basket, is_known (the order), is_fixed (all its amounts are)
SELECT
    l.last_row AS row_number,
    l.copies::INTEGER AS copies,
    l.last_row = l.order_row AS speaks_for_order,
    b.last_row IS NOT NULL AS speaks_for_basket,
    l.is_known,
    l.amounts_fixed AS is_fixed
FROM csv_lines AS l
LEFT JOIN csv_baskets AS b ON b.last_row = l.last_row
WHERE l.part = $part;

-- name: list_csv_known_lines
-- The stored lines of a part's known orders, to match the file's with.
-- in:  temporary table `csv_orders`, $part, $mall, $shop_id
-- out: order_number, line_id, mall_line_id (NULL: no file has told it), what lines are
--      matched by (data.warehouse.order_files.line_match), and line_total
SELECT
    l.order_number, l.line_id,
    if(l.mall_line_id IS NULL, l.line_id, nullif(l.mall_line_id, '')) AS mall_line_id,
    l.basket_id,
    nullif(l.sku, '') AS sku,
    l.choices, l.item_name, l.unit_price,
    l.item_id, l.item_number, nullif(l.manage_number, '') AS manage_number,
    nullif(l.variant_id, '') AS variant_id,
    l.quantity::BIGINT AS quantity,
    l.line_total
FROM order_lines AS l
SEMI JOIN (
    SELECT order_number FROM csv_orders WHERE part = $part AND is_known
) AS o ON o.order_number = l.order_number
WHERE l.mall = $mall
  AND l.shop_id = $shop_id;

-- name: list_csv_packages
-- The stored packages of orders whose packages a file does not name, to match its
-- addresses with. A number that was ever given stands on a label or at the mall.
-- in:  view `csv_apart` (order_number), $mall, $shop_id
-- out: order_number, basket_id, the recipient as the file's cells are named
--      (data.warehouse.order_files.package_match), last: the order's highest number so far
WITH numbered AS (
    SELECT order_number, basket_id FROM order_packages
    WHERE mall = $mall AND shop_id = $shop_id
    UNION ALL
    SELECT order_number, basket_id FROM shipping_labels
    WHERE mall = $mall AND shop_id = $shop_id
    UNION ALL
    SELECT order_number, basket_id FROM shipments
    WHERE mall = $mall AND shop_id = $shop_id
    UNION ALL
    SELECT order_number, basket_id FROM tracking_exports
    WHERE mall = $mall AND shop_id = $shop_id
),
numbers AS (
    SELECT n.order_number, max(TRY_CAST(n.basket_id AS BIGINT)) AS last
    FROM numbered AS n
    SEMI JOIN csv_apart AS a ON a.order_number = n.order_number
    GROUP BY n.order_number
)
SELECT
    p.order_number, p.basket_id,
    r.family_name AS recipient_family_name,
    r.first_name AS recipient_first_name,
    r.zip AS recipient_zip,
    r.prefecture AS recipient_prefecture,
    r.city AS recipient_city,
    r.street AS recipient_street,
    r.phone AS recipient_phone,
    coalesce(n.last, 0) AS last
FROM order_packages AS p
JOIN numbers AS n ON n.order_number = p.order_number
LEFT JOIN order_people AS r
    ON r.mall = p.mall AND r.shop_id = p.shop_id AND r.order_number = p.order_number
    AND r.role = 'recipient' AND r.basket_id = p.basket_id
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
ORDER BY p.order_number, length(p.basket_id), p.basket_id;

-- name: sum_csv_orders
-- The amounts of a part's orders as the file tells them, for the sums
-- that must hold (docs/order-files.md §4.1); not of orders whose amounts are open.
-- in:  view `csv_speaking`, $adds_units
-- out: order_number, the order's amounts, and the sums over its lines, in file order
WITH sums AS (
    SELECT
        order_number,
        if(bool_and(price IS NOT NULL), sum(price), NULL)::BIGINT AS unit_price,
        if(bool_and(own IS NOT NULL), sum(own), NULL)::BIGINT AS line_total,
        if(
            bool_and(coalesce(own, price) IS NOT NULL), sum(coalesce(own, price)), NULL
        )::BIGINT AS own_total,
        bool_and(price IS NOT NULL AND own IS NULL AND tax_rate IS NOT NULL) AS is_by_rate,
        coalesce(sum(price) FILTER (tax_rate = 0), 0)::BIGINT AS lines_at_0,
        coalesce(sum(price) FILTER (tax_rate = 0.08::DOUBLE), 0)::BIGINT AS lines_at_8,
        coalesce(sum(price) FILTER (tax_rate = 0.1::DOUBLE), 0)::BIGINT AS lines_at_10
    FROM (
        SELECT
            order_number, tax_rate,
            unit_price * quantity * if($adds_units, copies, 1) AS price,
            line_total * if($adds_units, copies, 1) AS own
        FROM csv_speaking
        WHERE is_fixed
    )
    GROUP BY order_number
)
SELECT
    r.order_number, r.goods_total, r.tax_total, r.postage_total, r.cod_fee,
    r.payment_fee, r.buyer_fee, r.gift_fee, r.discount_total, r.order_total,
    r.request_total, r.point_used, r.coupon_total, r.coupon_shop, r.coupon_other,
    r.billed_at_0, r.billed_at_8, r.billed_at_10,
    s.unit_price, s.line_total, s.own_total,
    if(s.is_by_rate, s.lines_at_0, NULL) AS lines_at_0,
    if(s.is_by_rate, s.lines_at_8, NULL) AS lines_at_8,
    if(s.is_by_rate, s.lines_at_10, NULL) AS lines_at_10
FROM sums AS s
JOIN csv_speaking AS r ON r.order_number = s.order_number
WHERE r.speaks_for_order
ORDER BY r.row_number;

-- name: count_csv_part
-- How many orders of a part are new and known.
-- in:  temporary table `csv_orders`, $part
-- out: one row: new, known
SELECT
    count(*) FILTER (WHERE NOT is_known) AS new,
    count(*) FILTER (WHERE is_known) AS known
FROM csv_orders
WHERE part = $part;

-- name: insert_csv_orders
-- Write the orders of a part that the warehouse did not know.
-- in:  view `csv_speaking`, $mall, $shop_id, $imported_at
-- out: rows of orders; stock waits for a person (docs/rules.md 6.2). The content is
--      logged when another one replaces it: writing it twice at once took as long as
--      all the rest (2.0.0, 100,000 lines)
INSERT INTO orders BY NAME
SELECT
    $mall AS mall,
    $shop_id AS shop_id,
    r.order_number,
    'csv' AS source,
    '受注処理中' AS status,
    r.mall_status, r.mall_sub_status,
    'manual' AS stock_policy,
    r.ordered_at, r.confirmed_at, r.fixed_at, r.ship_instructed_at, r.shipped_at,
    r.paid_at, r.cancelled_at, r.cancel_due_on, r.delivery_on, r.delivery_slot,
    r.delivery_slot_name, r.delivery_method, r.order_type, r.payment_method,
    r.is_fixed AS amounts_fixed,
    r.goods_total, r.tax_total, r.postage_total, r.cod_fee, r.payment_fee, r.buyer_fee,
    r.shop_fee, r.gift_fee, r.gift_wrapping, r.discount_total, r.order_total, r.request_total,
    r.point_used, r.coupon_total, r.coupon_shop, r.coupon_other, r.refunded_total,
    nullif(list_filter([
        {'rate': 0.00::DECIMAL(5, 4), 'billed': r.billed_at_0, 'tax': r.tax_at_0},
        {'rate': 0.08::DECIMAL(5, 4), 'billed': r.billed_at_8, 'tax': r.tax_at_8},
        {'rate': 0.10::DECIMAL(5, 4), 'billed': r.billed_at_10, 'tax': r.tax_at_10}
    ], lambda one: coalesce(one.billed, 0) <> 0 OR coalesce(one.tax, 0) <> 0), []) AS tax_summaries,
    coalesce(r.cancelled, false) AS cancelled,
    nullif(r.outcome, 'open') AS outcome,
    r.is_gift, r.is_under_review, r.caution_code, r.changed_by_buyer,
    '' AS content_hash,
    'csv_created' AS content_source,
    $imported_at AS observed_at,
    $imported_at AS imported_at,
    $imported_at AS updated_at
FROM csv_speaking AS r
WHERE r.speaks_for_order
  AND NOT r.is_known;

-- name: insert_csv_packages
-- Write the packages of a part's new orders.
-- in:  view `csv_speaking`, $mall, $shop_id
-- out: rows of order_packages
INSERT INTO order_packages BY NAME
SELECT
    $mall AS mall,
    $shop_id AS shop_id,
    r.order_number, r.basket_id,
    r.recipient_zip AS zip,
    r.recipient_prefecture AS prefecture,
    r.noshi,
    r.package_postage_total AS postage_total,
    r.package_cod_fee AS cod_fee,
    r.package_goods_total AS goods_total,
    r.package_total,
    r.default_carrier_code, r.tracking_number, r.shipping_date
FROM csv_speaking AS r
WHERE r.speaks_for_basket
  AND NOT r.is_known;

-- name: insert_csv_lines
-- Write the lines of a part's new orders.
-- in:  view `csv_speaking`, $mall, $shop_id, $adds_units
-- out: rows of order_lines; where a mall repeats rows for units they are added up
INSERT INTO order_lines BY NAME
SELECT
    $mall AS mall,
    $shop_id AS shop_id,
    r.order_number, r.line_id, r.basket_id, r.item_id, r.item_number,
    r.manage_number, r.variant_id,
    coalesce(r.sku, '') AS sku,
    r.item_name, r.choices, r.sku_info, r.unit_price,
    r.quantity * if($adds_units, r.copies, 1) AS quantity,
    r.line_total * if($adds_units, r.copies, 1) AS line_total,
    r.tax_rate, r.tax_included, r.line_status, r.quantity_to_ship,
    nullif(coalesce(r.mall_line_id, ''), r.line_id) AS mall_line_id
FROM csv_speaking AS r
WHERE NOT r.is_known;

-- name: insert_csv_people
-- Write the people of a part's new orders, the only personal data.
-- in:  view `csv_speaking`, $mall, $shop_id
-- out: rows of order_people; nobody is written of whom the file says nothing
INSERT INTO order_people BY NAME
WITH people AS (
    SELECT
        r.order_number,
        'orderer' AS role,
        '' AS basket_id,
        r.orderer_family_name AS family_name,
        r.orderer_first_name AS first_name,
        r.orderer_family_name_kana AS family_name_kana,
        r.orderer_first_name_kana AS first_name_kana,
        r.orderer_zip AS zip,
        r.orderer_prefecture AS prefecture,
        r.orderer_city AS city,
        r.orderer_street AS street,
        r.orderer_phone AS phone,
        r.orderer_email AS email,
        r.orderer_remarks AS remarks
    FROM csv_speaking AS r
    WHERE r.speaks_for_order
      AND NOT r.is_known
    UNION ALL
    SELECT
        r.order_number,
        'recipient' AS role,
        r.basket_id,
        r.recipient_family_name,
        r.recipient_first_name,
        r.recipient_family_name_kana,
        r.recipient_first_name_kana,
        r.recipient_zip,
        r.recipient_prefecture,
        r.recipient_city,
        r.recipient_street,
        r.recipient_phone,
        r.recipient_email,
        NULL AS remarks
    FROM csv_speaking AS r
    WHERE r.speaks_for_basket
      AND NOT r.is_known
)
SELECT $mall AS mall, $shop_id AS shop_id, p.*
FROM people AS p
WHERE coalesce(
    family_name, first_name, family_name_kana, first_name_kana, zip, prefecture,
    city, street, phone, email, remarks
) IS NOT NULL;

-- name: list_csv_shares
-- The stored lines of a part's known orders, with what each says of its order. Of a line
-- whose share is not kept, how far it is is taken from its order.
-- in:  temporary table `csv_orders`, line_shares, $part, $mall, $shop_id
-- out: order_number, line_id, the line's share, is_kept, the order's own of each cell
SELECT
    l.order_number, l.line_id,
    coalesce(s.mall_status, o.mall_status) AS mall_status,
    coalesce(s.outcome, o.outcome, 'open') AS outcome,
    s.goods_total, s.postage_total, s.gift_fee, s.discount_total, s.request_total,
    s.line_id IS NOT NULL AS is_kept,
    o.mall_status AS order_mall_status,
    o.outcome AS order_outcome,
    o.goods_total AS order_goods_total,
    o.postage_total AS order_postage_total,
    o.gift_fee AS order_gift_fee,
    o.discount_total AS order_discount_total,
    o.request_total AS order_request_total
FROM order_lines AS l
SEMI JOIN (
    SELECT order_number FROM csv_orders WHERE part = $part AND is_known
) AS k ON k.order_number = l.order_number
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN line_shares AS s USING (mall, shop_id, order_number, line_id)
WHERE l.mall = $mall
  AND l.shop_id = $shop_id;

-- name: update_csv_shares
-- Write what the part's stored lines say of their orders, where it is something else now.
-- in:  view `csv_shares`, $mall, $shop_id
-- out: rows of line_shares
UPDATE line_shares AS s SET
    mall_status    = n.mall_status,
    outcome        = n.outcome,
    goods_total    = n.goods_total,
    postage_total  = n.postage_total,
    gift_fee       = n.gift_fee,
    discount_total = n.discount_total,
    request_total  = n.request_total
FROM csv_shares AS n
WHERE n.is_kept
  AND s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = n.order_number
  AND s.line_id = n.line_id;

-- name: insert_csv_shares
-- Write what the part's other lines say of their orders.
-- in:  view `csv_shares`, $mall, $shop_id
-- out: rows of line_shares
INSERT INTO line_shares BY NAME
SELECT $mall AS mall, $shop_id AS shop_id, n.* EXCLUDE (is_kept)
FROM csv_shares AS n
WHERE NOT n.is_kept;

-- name: judge_csv_statuses
-- Where the known orders of a part stand after the file (docs/rules.md 6.2, 6.3). The
-- mall's word only goes on: to shipped, then to refunded or cancelled. A file whose word
-- is behind the stored one is an older one. Parcels of ours move an order on once each of its
-- packages has one: what is left of it would get no label.
-- in:  view `csv_speaking`, $mall, $shop_id
-- out: temporary table `csv_statuses` (order_number, status, is_behind: the file's word
--      is not to be taken, ends: the order is cancelled or refunded by this file)
CREATE OR REPLACE TEMP TABLE csv_statuses AS
WITH parcels AS (
    SELECT DISTINCT order_number, basket_id
    FROM shipments
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND state NOT IN ('refused', 'cancelled', 'replaced')
),
here AS (
    SELECT order_number
    FROM (
        SELECT order_number, basket_id FROM order_packages
        WHERE mall = $mall
          AND shop_id = $shop_id
        UNION ALL
        SELECT order_number, basket_id FROM csv_speaking
    ) AS packages
    SEMI JOIN (SELECT order_number FROM parcels) AS begun USING (order_number)
    ANTI JOIN parcels USING (order_number, basket_id)
),
has_left AS (
    SELECT DISTINCT order_number
    FROM parcels
    ANTI JOIN here USING (order_number)
),
words AS (
    SELECT
        o.order_number, o.status,
        r.outcome IS NOT NULL AND (
            r.mall_status <> coalesce(o.mall_status, '')
            OR r.outcome <> coalesce(o.outcome, 'open')
        ) AS is_news,
        CASE r.outcome WHEN 'shipped' THEN 1 WHEN 'refunded' THEN 2
            WHEN 'cancelled' THEN 2 ELSE 0 END AS said,
        CASE WHEN o.cancelled THEN 2 WHEN o.outcome = 'shipped' THEN 1
            WHEN o.outcome IS NOT NULL THEN 2 ELSE 0 END AS known,
        p.order_number IS NOT NULL AS has_parcels
    FROM csv_speaking AS r
    JOIN orders AS o
        ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = r.order_number
    LEFT JOIN has_left AS p ON p.order_number = r.order_number
    WHERE r.speaks_for_order
      AND r.is_known
)
SELECT
    order_number,
    CASE
        WHEN status = 'キャンセル' THEN status
        WHEN is_news AND said = 2 THEN 'キャンセル'
        WHEN status = '出荷済' THEN status
        WHEN (is_news AND said = 1 AND known < 2) OR has_parcels THEN '出荷済'
        ELSE '受注処理中'
    END AS status,
    is_news AND said < known AS is_behind,
    said = 2 AND known < 2 AS ends
FROM words;

-- name: list_csv_steps_back
-- Known orders of a part whose file is older than what is stored.
-- in:  temporary table `csv_statuses`
-- out: kind, order_number, lines
SELECT 'step-back' AS kind, order_number, 1 AS lines
FROM csv_statuses
WHERE is_behind
ORDER BY order_number;

-- name: list_csv_without_total
-- Orders of a part that are stored without a total although their file has a column for
-- it: a pending order of Amazon's has no prices yet. A cancelled one needs none.
-- in:  temporary table `csv_orders`, $part, $mall, $shop_id
-- out: kind, order_number, lines
SELECT 'total-missing' AS kind, o.order_number, 1 AS lines
FROM csv_orders AS c
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = c.order_number
WHERE c.part = $part
  AND o.request_total IS NULL
  AND o.status <> 'キャンセル'
  AND NOT o.cancelled
ORDER BY o.order_number;

-- name: change_csv_orders
-- What the known orders of a part become, where that differs.
-- A blank cell keeps what is known, unless it clears; a cell the file has no column for
-- never clears, nor does one of an order whose first row, which alone has its cells, is not
-- in the file. What is billed at each rate is one thing: 0 at a rate, or at all, is told, too.
-- An order is fixed again only by a file that tells an amount. What the mall
-- says of its status is kept where the file is behind, and a cancelled order stays so.
-- in:  views `csv_speaking`, `csv_clears` (one row, a flag per cell), temporary table
--      `csv_statuses`, $mall, $shop_id
-- out: temporary table `csv_changed_orders`, as columns of orders; status is no content
CREATE OR REPLACE TEMP TABLE csv_changed_orders AS
SELECT
    o.mall, o.shop_id, o.order_number,
    if(c.mall_status AND NOT s.is_behind, r.mall_status, if(s.is_behind, o.mall_status, coalesce(r.mall_status, o.mall_status))) AS mall_status,
    if(c.mall_sub_status AND NOT s.is_behind, r.mall_sub_status, if(s.is_behind, o.mall_sub_status, coalesce(r.mall_sub_status, o.mall_sub_status))) AS mall_sub_status,
    if(c.ordered_at, r.ordered_at, coalesce(r.ordered_at, o.ordered_at)) AS ordered_at,
    if(c.confirmed_at, r.confirmed_at, coalesce(r.confirmed_at, o.confirmed_at)) AS confirmed_at,
    if(c.fixed_at, r.fixed_at, coalesce(r.fixed_at, o.fixed_at)) AS fixed_at,
    if(c.ship_instructed_at, r.ship_instructed_at, coalesce(r.ship_instructed_at, o.ship_instructed_at)) AS ship_instructed_at,
    if(c.shipped_at AND NOT s.is_behind, r.shipped_at, coalesce(r.shipped_at, o.shipped_at)) AS shipped_at,
    if(c.paid_at, r.paid_at, coalesce(r.paid_at, o.paid_at)) AS paid_at,
    if(c.cancelled_at AND NOT s.is_behind, r.cancelled_at, coalesce(r.cancelled_at, o.cancelled_at)) AS cancelled_at,
    if(c.cancel_due_on, r.cancel_due_on, coalesce(r.cancel_due_on, o.cancel_due_on)) AS cancel_due_on,
    if(c.delivery_on, r.delivery_on, coalesce(r.delivery_on, o.delivery_on)) AS delivery_on,
    if(c.delivery_slot, r.delivery_slot, coalesce(r.delivery_slot, o.delivery_slot)) AS delivery_slot,
    if(c.delivery_slot_name, r.delivery_slot_name, coalesce(r.delivery_slot_name, o.delivery_slot_name)) AS delivery_slot_name,
    if(c.delivery_method, r.delivery_method, coalesce(r.delivery_method, o.delivery_method)) AS delivery_method,
    if(c.order_type, r.order_type, coalesce(r.order_type, o.order_type)) AS order_type,
    if(c.payment_method, r.payment_method, coalesce(r.payment_method, o.payment_method)) AS payment_method,
    if(c.goods_total, r.goods_total, coalesce(r.goods_total, o.goods_total)) AS goods_total,
    if(c.tax_total, r.tax_total, coalesce(r.tax_total, o.tax_total)) AS tax_total,
    if(c.postage_total, r.postage_total, coalesce(r.postage_total, o.postage_total)) AS postage_total,
    if(c.cod_fee, r.cod_fee, coalesce(r.cod_fee, o.cod_fee)) AS cod_fee,
    if(c.payment_fee, r.payment_fee, coalesce(r.payment_fee, o.payment_fee)) AS payment_fee,
    if(c.buyer_fee, r.buyer_fee, coalesce(r.buyer_fee, o.buyer_fee)) AS buyer_fee,
    if(c.shop_fee, r.shop_fee, coalesce(r.shop_fee, o.shop_fee)) AS shop_fee,
    if(c.gift_fee, r.gift_fee, coalesce(r.gift_fee, o.gift_fee)) AS gift_fee,
    if(c.gift_wrapping, r.gift_wrapping, coalesce(r.gift_wrapping, o.gift_wrapping)) AS gift_wrapping,
    if(c.discount_total, r.discount_total, coalesce(r.discount_total, o.discount_total)) AS discount_total,
    if(c.order_total, r.order_total, coalesce(r.order_total, o.order_total)) AS order_total,
    if(c.request_total, r.request_total, coalesce(r.request_total, o.request_total)) AS request_total,
    if(c.point_used, r.point_used, coalesce(r.point_used, o.point_used)) AS point_used,
    if(c.coupon_total, r.coupon_total, coalesce(r.coupon_total, o.coupon_total)) AS coupon_total,
    if(c.coupon_shop, r.coupon_shop, coalesce(r.coupon_shop, o.coupon_shop)) AS coupon_shop,
    if(c.coupon_other, r.coupon_other, coalesce(r.coupon_other, o.coupon_other)) AS coupon_other,
    if(c.refunded_total, r.refunded_total, coalesce(r.refunded_total, o.refunded_total)) AS refunded_total,
    CASE
        WHEN c.billed_at_10
            OR coalesce(r.billed_at_0, r.billed_at_8, r.billed_at_10) IS NOT NULL
        THEN nullif(list_filter([
            {'rate': 0.00::DECIMAL(5, 4), 'billed': r.billed_at_0, 'tax': r.tax_at_0},
            {'rate': 0.08::DECIMAL(5, 4), 'billed': r.billed_at_8, 'tax': r.tax_at_8},
            {'rate': 0.10::DECIMAL(5, 4), 'billed': r.billed_at_10, 'tax': r.tax_at_10}
        ], lambda one: coalesce(one.billed, 0) <> 0 OR coalesce(one.tax, 0) <> 0), [])
        ELSE o.tax_summaries
    END AS tax_summaries,
    if(c.is_gift, r.is_gift, coalesce(r.is_gift, o.is_gift)) AS is_gift,
    coalesce(if(c.is_under_review, r.is_under_review, coalesce(r.is_under_review, o.is_under_review)), false) AS is_under_review,
    if(c.caution_code, r.caution_code, coalesce(r.caution_code, o.caution_code)) AS caution_code,
    if(c.changed_by_buyer, r.changed_by_buyer, coalesce(r.changed_by_buyer, o.changed_by_buyer)) AS changed_by_buyer,
    r.is_fixed AND (
        o.amounts_fixed
        OR coalesce(r.goods_total, r.order_total, r.request_total) IS NOT NULL
    ) AS amounts_fixed,
    o.cancelled OR coalesce(r.cancelled, false) AS cancelled,
    if(s.is_behind, o.outcome, coalesce(nullif(r.outcome, 'open'), o.outcome)) AS outcome
FROM csv_speaking AS r
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = r.order_number
JOIN csv_statuses AS s ON s.order_number = r.order_number
LEFT JOIN csv_clears AS c ON r.tells_order
WHERE r.speaks_for_order
  AND r.is_known
EXCEPT
SELECT
    mall, shop_id, order_number,
    mall_status, mall_sub_status, ordered_at, confirmed_at, fixed_at,
    ship_instructed_at, shipped_at, paid_at, cancelled_at, cancel_due_on,
    delivery_on, delivery_slot, delivery_slot_name, delivery_method, order_type,
    payment_method, goods_total, tax_total, postage_total, cod_fee, payment_fee,
    buyer_fee, shop_fee, gift_fee, gift_wrapping, discount_total, order_total, request_total,
    point_used, coupon_total, coupon_shop, coupon_other, refunded_total, tax_summaries,
    is_gift, coalesce(is_under_review, false), caution_code,
    changed_by_buyer,
    amounts_fixed, cancelled, outcome
FROM orders
WHERE mall = $mall
  AND shop_id = $shop_id;

-- name: change_csv_packages
-- What the packages of a part's known orders become, where that
-- differs or is new.
-- in:  views `csv_speaking`, `csv_clears`, $mall, $shop_id
-- out: temporary table `csv_changed_packages`, as columns of order_packages
CREATE OR REPLACE TEMP TABLE csv_changed_packages AS
SELECT
    $mall AS mall, $shop_id AS shop_id, r.order_number, r.basket_id,
    if(c.recipient_zip, r.recipient_zip, coalesce(r.recipient_zip, o.zip)) AS zip,
    if(c.recipient_prefecture, r.recipient_prefecture, coalesce(r.recipient_prefecture, o.prefecture)) AS prefecture,
    if(c.noshi, r.noshi, coalesce(r.noshi, o.noshi)) AS noshi,
    if(c.package_postage_total, r.package_postage_total, coalesce(r.package_postage_total, o.postage_total)) AS postage_total,
    if(c.package_cod_fee, r.package_cod_fee, coalesce(r.package_cod_fee, o.cod_fee)) AS cod_fee,
    if(c.package_goods_total, r.package_goods_total, coalesce(r.package_goods_total, o.goods_total)) AS goods_total,
    if(c.package_total, r.package_total, coalesce(r.package_total, o.package_total)) AS package_total,
    if(c.default_carrier_code, r.default_carrier_code, coalesce(r.default_carrier_code, o.default_carrier_code)) AS default_carrier_code,
    if(c.tracking_number, r.tracking_number, coalesce(r.tracking_number, o.tracking_number)) AS tracking_number,
    if(c.shipping_date, r.shipping_date, coalesce(r.shipping_date, o.shipping_date)) AS shipping_date
FROM csv_speaking AS r
LEFT JOIN order_packages AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = r.order_number
    AND o.basket_id = r.basket_id
LEFT JOIN csv_clears AS c ON r.tells_order
WHERE r.speaks_for_basket
  AND r.is_known
EXCEPT
SELECT
    mall, shop_id, order_number, basket_id,
    zip, prefecture, noshi, postage_total, cod_fee, goods_total, package_total,
    default_carrier_code, tracking_number, shipping_date
FROM order_packages
WHERE mall = $mall
  AND shop_id = $shop_id;

-- name: change_csv_lines
-- What the lines of a part's known orders become, where that differs
-- or is new. The row's sku is the one chosen for its line (data.warehouse.order_files.line_sku).
-- in:  views `csv_speaking`, `csv_clears`, $mall, $shop_id, $adds_units
-- out: temporary table `csv_changed_lines`, as columns of order_lines
CREATE OR REPLACE TEMP TABLE csv_changed_lines AS
SELECT
    $mall AS mall, $shop_id AS shop_id, r.order_number, r.line_id,
    r.basket_id,
    if(c.item_id, r.item_id, coalesce(r.item_id, o.item_id)) AS item_id,
    if(c.item_number, r.item_number, coalesce(r.item_number, o.item_number)) AS item_number,
    if(c.manage_number, r.manage_number, coalesce(r.manage_number, o.manage_number)) AS manage_number,
    if(c.variant_id, r.variant_id, coalesce(r.variant_id, o.variant_id)) AS variant_id,
    if(c.item_name, r.item_name, coalesce(r.item_name, o.item_name)) AS item_name,
    if(c.choices, r.choices, coalesce(r.choices, o.choices)) AS choices,
    if(c.sku_info, r.sku_info, coalesce(r.sku_info, o.sku_info)) AS sku_info,
    if(c.unit_price, r.unit_price, coalesce(r.unit_price, o.unit_price)) AS unit_price,
    if(c.tax_rate, r.tax_rate, coalesce(r.tax_rate, o.tax_rate))::DECIMAL(5, 4) AS tax_rate,
    if(c.tax_included, r.tax_included, coalesce(r.tax_included, o.tax_included)) AS tax_included,
    if(c.line_status, r.line_status, coalesce(r.line_status, o.line_status)) AS line_status,
    if(c.quantity_to_ship, r.quantity_to_ship, coalesce(r.quantity_to_ship, o.quantity_to_ship)) AS quantity_to_ship,
    coalesce(r.sku, if(c.sku, '', o.sku), '') AS sku,
    coalesce(r.quantity * if($adds_units, r.copies, 1), o.quantity)::INTEGER AS quantity,
    if(
        c.line_total,
        r.line_total * if($adds_units, r.copies, 1),
        coalesce(r.line_total * if($adds_units, r.copies, 1), o.line_total)
    )::BIGINT AS line_total,
    CASE
        WHEN r.mall_line_id IS NOT NULL THEN nullif(r.mall_line_id, r.line_id)
        WHEN o.line_id IS NULL THEN ''
        ELSE o.mall_line_id
    END AS mall_line_id
FROM csv_speaking AS r
LEFT JOIN order_lines AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = r.order_number
    AND o.line_id = r.line_id
CROSS JOIN csv_clears AS c
WHERE r.is_known
EXCEPT
SELECT
    mall, shop_id, order_number, line_id, basket_id,
    item_id, item_number, manage_number, variant_id, item_name, choices, sku_info,
    unit_price, tax_rate, tax_included, line_status, quantity_to_ship,
    sku, quantity, line_total, mall_line_id
FROM order_lines
WHERE mall = $mall
  AND shop_id = $shop_id;

-- name: change_csv_people
-- What the people of a part's known orders become, where that differs
-- or is new.
-- in:  views `csv_speaking`, `csv_clears`, $mall, $shop_id
-- out: temporary table `csv_changed_people`, as columns of order_people
CREATE OR REPLACE TEMP TABLE csv_changed_people AS
WITH people AS (
    SELECT
        r.order_number, 'orderer' AS role, '' AS basket_id,
        r.orderer_family_name AS family_name, c.orderer_family_name AS clears_family_name,
        r.orderer_first_name AS first_name, c.orderer_first_name AS clears_first_name,
        r.orderer_family_name_kana AS family_name_kana, c.orderer_family_name_kana AS clears_family_name_kana,
        r.orderer_first_name_kana AS first_name_kana, c.orderer_first_name_kana AS clears_first_name_kana,
        r.orderer_zip AS zip, c.orderer_zip AS clears_zip,
        r.orderer_prefecture AS prefecture, c.orderer_prefecture AS clears_prefecture,
        r.orderer_city AS city, c.orderer_city AS clears_city,
        r.orderer_street AS street, c.orderer_street AS clears_street,
        r.orderer_phone AS phone, c.orderer_phone AS clears_phone,
        r.orderer_email AS email, c.orderer_email AS clears_email,
        r.orderer_remarks AS remarks, c.orderer_remarks AS clears_remarks
    FROM csv_speaking AS r
    LEFT JOIN csv_clears AS c ON r.tells_order
    WHERE r.speaks_for_order
      AND r.is_known
    UNION ALL
    SELECT
        r.order_number, 'recipient' AS role, r.basket_id,
        r.recipient_family_name AS family_name, c.recipient_family_name AS clears_family_name,
        r.recipient_first_name AS first_name, c.recipient_first_name AS clears_first_name,
        r.recipient_family_name_kana AS family_name_kana, c.recipient_family_name_kana AS clears_family_name_kana,
        r.recipient_first_name_kana AS first_name_kana, c.recipient_first_name_kana AS clears_first_name_kana,
        r.recipient_zip AS zip, c.recipient_zip AS clears_zip,
        r.recipient_prefecture AS prefecture, c.recipient_prefecture AS clears_prefecture,
        r.recipient_city AS city, c.recipient_city AS clears_city,
        r.recipient_street AS street, c.recipient_street AS clears_street,
        r.recipient_phone AS phone, c.recipient_phone AS clears_phone,
        r.recipient_email AS email, c.recipient_email AS clears_email,
        NULL AS remarks, false AS clears_remarks
    FROM csv_speaking AS r
    LEFT JOIN csv_clears AS c ON r.tells_order
    WHERE r.speaks_for_basket
      AND r.is_known
)
SELECT
    $mall AS mall, $shop_id AS shop_id, p.order_number, p.role, p.basket_id,
    if(p.clears_family_name, p.family_name, coalesce(p.family_name, o.family_name)) AS family_name,
    if(p.clears_first_name, p.first_name, coalesce(p.first_name, o.first_name)) AS first_name,
    if(p.clears_family_name_kana, p.family_name_kana, coalesce(p.family_name_kana, o.family_name_kana)) AS family_name_kana,
    if(p.clears_first_name_kana, p.first_name_kana, coalesce(p.first_name_kana, o.first_name_kana)) AS first_name_kana,
    if(p.clears_zip, p.zip, coalesce(p.zip, o.zip)) AS zip,
    if(p.clears_prefecture, p.prefecture, coalesce(p.prefecture, o.prefecture)) AS prefecture,
    if(p.clears_city, p.city, coalesce(p.city, o.city)) AS city,
    if(p.clears_street, p.street, coalesce(p.street, o.street)) AS street,
    if(p.clears_phone, p.phone, coalesce(p.phone, o.phone)) AS phone,
    if(p.clears_email, p.email, coalesce(p.email, o.email)) AS email,
    if(p.clears_remarks, p.remarks, coalesce(p.remarks, o.remarks)) AS remarks
FROM people AS p
LEFT JOIN order_people AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = p.order_number
    AND o.role = p.role AND o.basket_id = p.basket_id
WHERE o.role IS NOT NULL
   OR coalesce(
        p.family_name, p.first_name, p.family_name_kana, p.first_name_kana, p.zip,
        p.prefecture, p.city, p.street, p.phone, p.email, p.remarks
    ) IS NOT NULL
EXCEPT
SELECT
    mall, shop_id, order_number, role, basket_id,
    family_name, first_name, family_name_kana, first_name_kana, zip, prefecture,
    city, street, phone, email, remarks
FROM order_people
WHERE mall = $mall
  AND shop_id = $shop_id;

-- name: gather_csv_changes
-- The known orders of a part of which something changes: their
-- content, or only where they stand now.
-- in:  temporary tables `csv_orders`, `csv_statuses` and `csv_changed_*`, $part, $mall,
--      $shop_id
-- out: temporary table `csv_changes` (order_number, status, observed_at, is_content)
CREATE OR REPLACE TEMP TABLE csv_changes AS
WITH contents AS (
    SELECT order_number FROM csv_changed_orders
    UNION
    SELECT order_number FROM csv_changed_packages
    UNION
    SELECT order_number FROM csv_changed_lines
    UNION
    SELECT order_number FROM csv_changed_people
)
SELECT
    k.order_number, s.status, k.observed_at,
    n.order_number IS NOT NULL AS is_content
FROM csv_orders AS k
JOIN csv_statuses AS s ON s.order_number = k.order_number
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = k.order_number
LEFT JOIN contents AS n ON n.order_number = k.order_number
WHERE k.part = $part
  AND k.is_known
  AND (n.order_number IS NOT NULL OR o.status <> s.status);

-- name: gather_csv_moved
-- The packages that known lines are about to leave.
-- in:  temporary table `csv_changed_lines`
-- out: temporary table `csv_moved` (mall, shop_id, order_number, basket_id)
CREATE OR REPLACE TEMP TABLE csv_moved AS
SELECT DISTINCT o.mall, o.shop_id, o.order_number, o.basket_id
FROM order_lines AS o
JOIN csv_changed_lines AS n USING (mall, shop_id, order_number, line_id)
WHERE n.basket_id <> o.basket_id;

-- name: count_csv_changes
-- How many known orders of a part change.
-- in:  temporary table `csv_changes`
-- out: one number
SELECT count(*) FROM csv_changes;

-- name: list_csv_adjusted
-- Lines whose units or SKU are about to change, or whose order is about to end, after a
-- person adjusted the stock for them.
-- in:  temporary tables `csv_changed_lines`, `csv_statuses`, $mall, $shop_id
-- out: kind, order_number, lines
SELECT 'cancelled-after-adjustment' AS kind, s.order_number, count(*) AS lines
FROM csv_statuses AS s
JOIN order_lines AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = s.order_number
WHERE s.ends
  AND o.stock_adjusted_at IS NOT NULL
GROUP BY s.order_number
UNION ALL
SELECT 'units-after-adjustment' AS kind, n.order_number, count(*) AS lines
FROM csv_changed_lines AS n
JOIN order_lines AS o USING (mall, shop_id, order_number, line_id)
WHERE o.stock_adjusted_at IS NOT NULL
  AND o.quantity <> n.quantity
GROUP BY n.order_number
UNION ALL
SELECT 'sku-after-adjustment' AS kind, n.order_number, count(*) AS lines
FROM csv_changed_lines AS n
JOIN order_lines AS o USING (mall, shop_id, order_number, line_id)
WHERE o.stock_adjusted_at IS NOT NULL
  AND o.sku <> n.sku
GROUP BY n.order_number
ORDER BY kind, order_number;

-- name: list_csv_outdated_labels
-- Packages that are about to get another recipient or to go, although their label was
-- exported: a parcel with it would come to the wrong door, or be one too many. Not of
-- orders that the mall calls shipped or over. How an address is split over its cells,
-- widths and blanks are no other door.
-- in:  temporary tables `csv_changed_people`, `csv_changed_lines`, `csv_moved`, $mall,
--      $shop_id
-- out: kind, order_number, lines (packages)
WITH printed AS (
    SELECT l.order_number, l.basket_id
    FROM shipping_labels AS l
    JOIN orders AS o USING (mall, shop_id, order_number)
    WHERE l.mall = $mall
      AND l.shop_id = $shop_id
      AND o.outcome IS NULL
      AND o.shipped_at IS NULL
      AND o.status <> 'キャンセル'
      AND NOT o.cancelled
),
recipients AS (
    SELECT order_number, basket_id, family_name, first_name, zip, prefecture, city, street
    FROM csv_changed_people
    WHERE role = 'recipient'
    UNION ALL
    SELECT order_number, basket_id, family_name, first_name, zip, prefecture, city, street
    FROM order_people
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND role = 'recipient'
),
doors AS (
    SELECT
        order_number, basket_id,
        translate(
            concat_ws(
                chr(31), concat(family_name, first_name), zip,
                concat(prefecture, city, street)
            ),
            '０１２３４５６７８９－- 　', '0123456789'
        ) AS door
    FROM recipients
    SEMI JOIN printed USING (order_number, basket_id)
),
outdated AS (
    SELECT order_number, basket_id
    FROM doors
    GROUP BY order_number, basket_id
    HAVING count(DISTINCT door) > 1
    UNION
    SELECT m.order_number, m.basket_id
    FROM csv_moved AS m
    WHERE NOT EXISTS (
        FROM order_lines AS l
        ANTI JOIN csv_changed_lines AS n USING (mall, shop_id, order_number, line_id)
        WHERE l.mall = m.mall AND l.shop_id = m.shop_id
          AND l.order_number = m.order_number AND l.basket_id = m.basket_id
    )
      AND NOT EXISTS (
        FROM csv_changed_lines AS n
        WHERE n.order_number = m.order_number AND n.basket_id = m.basket_id
    )
)
SELECT 'label-outdated' AS kind, order_number, count(*) AS lines
FROM outdated
JOIN printed USING (order_number, basket_id)
GROUP BY order_number
ORDER BY order_number;

-- name: write_csv_tax_summaries
-- Write the amounts by rate where they changed. By itself: DuckDB writes a row anew for a
-- list.
-- in:  temporary table `csv_changed_orders`
-- out: rows of orders
UPDATE orders AS o SET tax_summaries = n.tax_summaries
FROM csv_changed_orders AS n
WHERE o.mall = n.mall
  AND o.shop_id = n.shop_id
  AND o.order_number = n.order_number
  AND o.tax_summaries IS DISTINCT FROM n.tax_summaries;

-- name: merge_csv_orders
-- Write what changed; columns a CSV cannot tell keep what they hold.
-- No column of the key is set: DuckDB 2.0.1 would take each row out of the key's index and
-- put it in again, for 27 times as long (200,000 rows of order_people).
-- in:  temporary table `csv_changed_orders`
-- out: rows of orders
MERGE INTO orders
USING csv_changed_orders AS n USING (mall, shop_id, order_number)
WHEN MATCHED THEN UPDATE SET
    mall_status = n.mall_status,
    mall_sub_status = n.mall_sub_status,
    ordered_at = n.ordered_at,
    confirmed_at = n.confirmed_at,
    fixed_at = n.fixed_at,
    ship_instructed_at = n.ship_instructed_at,
    shipped_at = n.shipped_at,
    paid_at = n.paid_at,
    cancelled_at = n.cancelled_at,
    cancel_due_on = n.cancel_due_on,
    delivery_on = n.delivery_on,
    delivery_slot = n.delivery_slot,
    delivery_slot_name = n.delivery_slot_name,
    delivery_method = n.delivery_method,
    order_type = n.order_type,
    payment_method = n.payment_method,
    goods_total = n.goods_total,
    tax_total = n.tax_total,
    postage_total = n.postage_total,
    cod_fee = n.cod_fee,
    payment_fee = n.payment_fee,
    buyer_fee = n.buyer_fee,
    shop_fee = n.shop_fee,
    gift_fee = n.gift_fee,
    gift_wrapping = n.gift_wrapping,
    discount_total = n.discount_total,
    order_total = n.order_total,
    request_total = n.request_total,
    point_used = n.point_used,
    coupon_total = n.coupon_total,
    coupon_shop = n.coupon_shop,
    coupon_other = n.coupon_other,
    refunded_total = n.refunded_total,
    is_gift = n.is_gift,
    is_under_review = n.is_under_review,
    caution_code = n.caution_code,
    changed_by_buyer = n.changed_by_buyer,
    amounts_fixed = n.amounts_fixed,
    cancelled = n.cancelled,
    outcome = n.outcome;

-- name: merge_csv_packages
-- Write what changed; columns a CSV cannot tell keep what they hold.
-- in:  temporary table `csv_changed_packages`
-- out: rows of order_packages
MERGE INTO order_packages
USING csv_changed_packages AS n USING (mall, shop_id, order_number, basket_id)
WHEN MATCHED THEN UPDATE SET
    zip = n.zip,
    prefecture = n.prefecture,
    noshi = n.noshi,
    postage_total = n.postage_total,
    cod_fee = n.cod_fee,
    goods_total = n.goods_total,
    package_total = n.package_total,
    default_carrier_code = n.default_carrier_code,
    tracking_number = n.tracking_number,
    shipping_date = n.shipping_date
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: merge_csv_lines
-- Write what changed; columns a CSV cannot tell keep what they hold.
-- in:  temporary table `csv_changed_lines`
-- out: rows of order_lines
MERGE INTO order_lines
USING csv_changed_lines AS n USING (mall, shop_id, order_number, line_id)
WHEN MATCHED THEN UPDATE SET
    basket_id = n.basket_id,
    item_id = n.item_id,
    item_number = n.item_number,
    manage_number = n.manage_number,
    variant_id = n.variant_id,
    item_name = n.item_name,
    choices = n.choices,
    sku_info = n.sku_info,
    unit_price = n.unit_price,
    tax_rate = n.tax_rate,
    tax_included = n.tax_included,
    line_status = n.line_status,
    quantity_to_ship = n.quantity_to_ship,
    sku = n.sku,
    quantity = n.quantity,
    line_total = n.line_total,
    mall_line_id = n.mall_line_id
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: merge_csv_people
-- Write what changed; columns a CSV cannot tell keep what they hold.
-- in:  temporary table `csv_changed_people`
-- out: rows of order_people
MERGE INTO order_people
USING csv_changed_people AS n USING (mall, shop_id, order_number, role, basket_id)
WHEN MATCHED THEN UPDATE SET
    family_name = n.family_name,
    first_name = n.first_name,
    family_name_kana = n.family_name_kana,
    first_name_kana = n.first_name_kana,
    zip = n.zip,
    prefecture = n.prefecture,
    city = n.city,
    street = n.street,
    phone = n.phone,
    email = n.email,
    remarks = n.remarks
WHEN NOT MATCHED THEN INSERT BY NAME;

-- name: remove_csv_people
-- Take away the recipients of packages that lines left and that hold none now,
-- or two parcels would go out for one.
-- in:  temporary table `csv_moved`
-- out: rows gone from order_people
DELETE FROM order_people AS o
USING (
    SELECT mall, shop_id, order_number, basket_id
    FROM csv_moved
    ANTI JOIN order_lines USING (mall, shop_id, order_number, basket_id)
) AS m
WHERE o.mall = m.mall
  AND o.shop_id = m.shop_id
  AND o.role = 'recipient'
  AND o.order_number = m.order_number
  AND o.basket_id = m.basket_id;

-- name: remove_csv_packages
-- Take away the packages that lines left and that hold none now,
-- or two parcels would go out for one.
-- in:  temporary table `csv_moved`
-- out: rows gone from order_packages
DELETE FROM order_packages AS o
USING (
    SELECT mall, shop_id, order_number, basket_id
    FROM csv_moved
    ANTI JOIN order_lines USING (mall, shop_id, order_number, basket_id)
) AS m
WHERE o.mall = m.mall
  AND o.shop_id = m.shop_id
  AND o.order_number = m.order_number
  AND o.basket_id = m.basket_id;

-- name: log_csv_statuses
-- Keep the status that an order is about to leave.
-- in:  temporary table `csv_changes`, $mall, $shop_id, $imported_at
-- out: rows of order_status_log
INSERT INTO order_status_log BY NAME
SELECT o.mall, o.shop_id, o.order_number, o.status, $imported_at AS ended_at
FROM csv_changes AS k
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = k.order_number
WHERE o.status <> k.status;

-- name: mark_csv_orders
-- Every changed order stands where judge_csv_statuses says; a changed content is no
-- snapshot's any more.
-- in:  temporary table `csv_changes`, $mall, $shop_id, $import_id, $imported_at
-- out: rows of orders; source and stock policy stay
UPDATE orders AS o SET
    status       = k.status,
    content_hash = if(k.is_content, concat('csv:', $import_id), o.content_hash),
    content_source = if(k.is_content, 'csv_changed', o.content_source),
    observed_at  = if(k.is_content, k.observed_at, o.observed_at),
    updated_at   = $imported_at
FROM csv_changes AS k
WHERE o.mall = $mall
  AND o.shop_id = $shop_id
  AND o.order_number = k.order_number;

-- name: forget_csv_answers
-- A content changed by CSV is known by no answer of the mall, so
-- that the next snapshot is stored as a change.
-- in:  temporary table `csv_changes`, $mall, $shop_id
-- out: rows of order_sightings; seen_at never goes back
INSERT INTO order_sightings BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, order_number,
    observed_at AS seen_at,
    NULL AS answer_hash
FROM csv_changes
WHERE is_content
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    seen_at = excluded.seen_at,
    answer_hash = NULL;

-- name: count_csv_imports_of_file
-- How often this very file was imported in this way.
-- in:  $mall, $shop_id, $mode, $file_sha256
-- out: one number
SELECT count(*)
FROM csv_imports
WHERE mall = $mall
  AND shop_id = $shop_id
  AND mode = $mode
  AND file_sha256 = sha256(getvariable('people_key') || $file_sha256);

-- name: record_csv_import
-- The account of one import.
-- in:  every column of csv_imports as a parameter
-- out: one row of csv_imports
INSERT INTO csv_imports BY NAME
SELECT
    $import_id AS import_id,
    sha256(getvariable('people_key') || $file_sha256) AS file_sha256,
    $file_name AS file_name,
    $mall AS mall,
    $shop_id AS shop_id,
    $mode AS mode,
    $rows_read AS rows_read,
    $orders_created AS orders_created,
    $orders_updated AS orders_updated,
    $orders_unchanged AS orders_unchanged,
    $lines_rejected AS lines_rejected,
    $imported_at AS imported_at;

-- name: record_csv_rejects
-- Keep what could not be read, with its place and reason.
-- in:  view `csv_rejected`, $import_id
-- out: rows of csv_rejects, in file order
INSERT INTO csv_rejects BY NAME
SELECT $import_id AS import_id, row_number, column_name, reason, order_number
FROM csv_rejected
ORDER BY row_number;

-- name: record_csv_warnings
-- Keep what a person should look at.
-- in:  view `csv_warned`, $import_id
-- out: rows of csv_warnings, in file order
INSERT INTO csv_warnings BY NAME
SELECT $import_id AS import_id, row_number, column_name, kind, reason, order_number
FROM csv_warned
ORDER BY row_number;

-- name: count_csv_waiting
-- How many lines of the file's orders wait for a person to adjust
-- stock.
-- in:  temporary table `csv_orders`, $mall, $shop_id
-- out: one number
SELECT count(*)
FROM manual_stock_adjustments AS m
SEMI JOIN csv_orders AS o ON o.order_number = m.order_number
WHERE m.mall = $mall
  AND m.shop_id = $shop_id;
