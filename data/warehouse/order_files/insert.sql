-- name: insert_csv_orders
-- Write the orders of a part that the warehouse did not know.
-- in:  view `csv_speaking`, $mall, $shop_id, $imported_at, $held: the pattern of a status
--      that has an order wait; one that is told and does not have it wait says so
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
    coalesce(r.outcome, 'open') = 'open' AND NOT coalesce(r.cancelled, false) AS came_open,
    r.is_gift,
    coalesce(r.is_under_review, if($held <> '' AND r.mall_status IS NOT NULL, false, NULL)) AS is_under_review,
    r.caution_code, r.changed_by_buyer,
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
