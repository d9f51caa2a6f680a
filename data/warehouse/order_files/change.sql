-- name: judge_csv_statuses
-- Where the known orders of a part stand after the file (docs/rules.md 6.2, 6.3). The
-- mall's word only goes on: to shipped, then to refunded or cancelled. A file whose word
-- is behind the stored one is an older one, and so is one that knows of less paid back. Parcels
-- of ours move an order on once each of its packages has one: what is left of it would get no
-- label.
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
        coalesce(r.refunded_total < o.refunded_total, false) AS knows_less,
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
    (is_news AND said < known) OR (knows_less AND said <= known) AS is_behind,
    said = 2 AND known < 2 AS ends
FROM words;

-- name: create_after_file
-- What a cell of a known order is after the file: a blank one keeps what is known, unless
-- it clears.
-- in:  nothing
-- out: temporary macro `after_file`
CREATE OR REPLACE TEMP MACRO after_file(clears, told, known) AS if(
    clears, told, coalesce(told, known)
);

-- name: change_csv_orders
-- What the known orders of a part become, where that differs.
-- A cell the file has no column for never clears, nor does one of an order whose first row,
-- which alone has its cells, is not in the file. What is billed at each rate is one thing: 0
-- at a rate, or at all, is told, too.
-- A word that no day of delivery is wished is no blank: it takes the known day away.
-- An order goes on waiting where the file cannot tell that it does not (no column of its
-- payment), unless it was its status that had it wait, and the file has another one. One whose
-- status was Pending waits no more once a file without statuses tells the day of its payment
-- (Amazon's unshipped orders).
-- An order is fixed again only by a file that tells an amount. What the mall
-- says of its status is kept where the file is behind, and a cancelled order stays so.
-- in:  macro `after_file`, views `csv_speaking`, `csv_clears` (one row, a flag per cell),
--      temporary table `csv_statuses`, $mall, $shop_id, $held: the pattern of a status that
--      has an order wait
-- out: temporary table `csv_changed_orders`, as columns of orders; status is no content
CREATE OR REPLACE TEMP TABLE csv_changed_orders AS
SELECT
    o.mall, o.shop_id, o.order_number,
    after_file(c.mall_status AND NOT s.is_behind, if(s.is_behind, NULL, r.mall_status), o.mall_status) AS mall_status,
    after_file(c.mall_sub_status AND NOT s.is_behind, if(s.is_behind, NULL, r.mall_sub_status), o.mall_sub_status) AS mall_sub_status,
    after_file(c.ordered_at, r.ordered_at, o.ordered_at) AS ordered_at,
    after_file(c.confirmed_at, r.confirmed_at, o.confirmed_at) AS confirmed_at,
    after_file(c.fixed_at, r.fixed_at, o.fixed_at) AS fixed_at,
    after_file(c.ship_instructed_at, r.ship_instructed_at, o.ship_instructed_at) AS ship_instructed_at,
    after_file(c.shipped_at AND NOT s.is_behind, r.shipped_at, o.shipped_at) AS shipped_at,
    after_file(c.paid_at, r.paid_at, o.paid_at) AS paid_at,
    after_file(c.cancelled_at AND NOT s.is_behind, r.cancelled_at, o.cancelled_at) AS cancelled_at,
    after_file(c.cancel_due_on, r.cancel_due_on, o.cancel_due_on) AS cancel_due_on,
    after_file(c.delivery_on OR r.no_delivery_on, r.delivery_on, o.delivery_on) AS delivery_on,
    after_file(c.delivery_slot, r.delivery_slot, o.delivery_slot) AS delivery_slot,
    after_file(c.delivery_slot_name, r.delivery_slot_name, o.delivery_slot_name) AS delivery_slot_name,
    after_file(c.delivery_method, r.delivery_method, o.delivery_method) AS delivery_method,
    after_file(c.order_type, r.order_type, o.order_type) AS order_type,
    after_file(c.payment_method, r.payment_method, o.payment_method) AS payment_method,
    after_file(c.goods_total, r.goods_total, o.goods_total) AS goods_total,
    after_file(c.tax_total, r.tax_total, o.tax_total) AS tax_total,
    after_file(c.postage_total, r.postage_total, o.postage_total) AS postage_total,
    after_file(c.cod_fee, r.cod_fee, o.cod_fee) AS cod_fee,
    after_file(c.payment_fee, r.payment_fee, o.payment_fee) AS payment_fee,
    after_file(c.buyer_fee, r.buyer_fee, o.buyer_fee) AS buyer_fee,
    after_file(c.shop_fee, r.shop_fee, o.shop_fee) AS shop_fee,
    after_file(c.gift_fee, r.gift_fee, o.gift_fee) AS gift_fee,
    after_file(c.gift_wrapping, r.gift_wrapping, o.gift_wrapping) AS gift_wrapping,
    after_file(c.discount_total, r.discount_total, o.discount_total) AS discount_total,
    after_file(c.order_total, r.order_total, o.order_total) AS order_total,
    after_file(c.request_total, r.request_total, o.request_total) AS request_total,
    after_file(c.point_used, r.point_used, o.point_used) AS point_used,
    after_file(c.coupon_total, r.coupon_total, o.coupon_total) AS coupon_total,
    after_file(c.coupon_shop, r.coupon_shop, o.coupon_shop) AS coupon_shop,
    after_file(c.coupon_other, r.coupon_other, o.coupon_other) AS coupon_other,
    if(c.refunded_total AND r.refunded_total IS NULL, NULL, greatest(r.refunded_total, o.refunded_total)) AS refunded_total,
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
    after_file(c.is_gift, r.is_gift, o.is_gift) AS is_gift,
    coalesce(r.is_under_review, o.is_under_review, false)
        AND NOT (
            r.is_under_review IS NULL AND (
                r.paid_at IS NOT NULL
                AND coalesce(r.mall_status, o.mall_status, '') ILIKE 'pending%'
                OR r.mall_status IS NOT NULL
                AND $held <> '' AND regexp_matches(coalesce(o.mall_status, ''), $held)
            )
        ) AS is_under_review,
    after_file(c.caution_code, r.caution_code, o.caution_code) AS caution_code,
    after_file(c.changed_by_buyer, r.changed_by_buyer, o.changed_by_buyer) AS changed_by_buyer,
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
-- in:  macro `after_file`, views `csv_speaking`, `csv_clears`, $mall, $shop_id
-- out: temporary table `csv_changed_packages`, as columns of order_packages
CREATE OR REPLACE TEMP TABLE csv_changed_packages AS
SELECT
    $mall AS mall, $shop_id AS shop_id, r.order_number, r.basket_id,
    after_file(c.recipient_zip, r.recipient_zip, o.zip) AS zip,
    after_file(c.recipient_prefecture, r.recipient_prefecture, o.prefecture) AS prefecture,
    after_file(c.noshi, r.noshi, o.noshi) AS noshi,
    after_file(c.package_postage_total, r.package_postage_total, o.postage_total) AS postage_total,
    after_file(c.package_cod_fee, r.package_cod_fee, o.cod_fee) AS cod_fee,
    after_file(c.package_goods_total, r.package_goods_total, o.goods_total) AS goods_total,
    after_file(c.package_total, r.package_total, o.package_total) AS package_total,
    after_file(c.default_carrier_code, r.default_carrier_code, o.default_carrier_code) AS default_carrier_code,
    after_file(c.tracking_number, r.tracking_number, o.tracking_number) AS tracking_number,
    after_file(c.shipping_date, r.shipping_date, o.shipping_date) AS shipping_date
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
-- Where a price with tax is known and the file has only one without it, as it tells no rate,
-- what was told with the known price stays with it.
-- in:  macro `after_file`, views `csv_speaking`, `csv_clears`, $mall, $shop_id, $adds_units
-- out: temporary table `csv_changed_lines`, as columns of order_lines
CREATE OR REPLACE TEMP TABLE csv_changed_lines AS
SELECT
    $mall AS mall, $shop_id AS shop_id, r.order_number, r.line_id,
    r.basket_id,
    after_file(c.item_id, r.item_id, o.item_id) AS item_id,
    after_file(c.item_number, r.item_number, o.item_number) AS item_number,
    after_file(c.manage_number, r.manage_number, o.manage_number) AS manage_number,
    after_file(c.variant_id, r.variant_id, o.variant_id) AS variant_id,
    after_file(c.item_name, r.item_name, o.item_name) AS item_name,
    after_file(c.choices, r.choices, o.choices) AS choices,
    after_file(c.sku_info, r.sku_info, o.sku_info) AS sku_info,
    after_file(c.unit_price, r.unit_price, o.unit_price) AS unit_price,
    after_file(c.tax_rate, r.tax_rate, o.tax_rate)::DECIMAL(5, 4) AS tax_rate,
    CASE
        WHEN r.unit_price IS NULL AND NOT r.tax_included
            AND o.unit_price IS NOT NULL AND NOT c.unit_price
        THEN o.tax_included
        ELSE after_file(c.tax_included, r.tax_included, o.tax_included)
    END AS tax_included,
    after_file(c.line_status, r.line_status, o.line_status) AS line_status,
    after_file(c.quantity_to_ship, r.quantity_to_ship, o.quantity_to_ship) AS quantity_to_ship,
    coalesce(r.sku, if(c.sku, '', o.sku), '') AS sku,
    coalesce(r.quantity * if($adds_units, r.copies, 1), o.quantity)::INTEGER AS quantity,
    CASE
        WHEN r.unit_price IS NULL AND NOT r.tax_included
            AND o.unit_price IS NOT NULL AND NOT c.unit_price
        THEN o.line_total
        ELSE after_file(
            c.line_total, r.line_total * if($adds_units, r.copies, 1), o.line_total
        )
    END::BIGINT AS line_total,
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
-- in:  macro `after_file`, views `csv_speaking`, `csv_clears`, $mall, $shop_id
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
    after_file(p.clears_family_name, p.family_name, o.family_name) AS family_name,
    after_file(p.clears_first_name, p.first_name, o.first_name) AS first_name,
    after_file(p.clears_family_name_kana, p.family_name_kana, o.family_name_kana) AS family_name_kana,
    after_file(p.clears_first_name_kana, p.first_name_kana, o.first_name_kana) AS first_name_kana,
    after_file(p.clears_zip, p.zip, o.zip) AS zip,
    after_file(p.clears_prefecture, p.prefecture, o.prefecture) AS prefecture,
    after_file(p.clears_city, p.city, o.city) AS city,
    after_file(p.clears_street, p.street, o.street) AS street,
    after_file(p.clears_phone, p.phone, o.phone) AS phone,
    after_file(p.clears_email, p.email, o.email) AS email,
    after_file(p.clears_remarks, p.remarks, o.remarks) AS remarks
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
