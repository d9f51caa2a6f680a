-- name: copy_orders
-- Orders without the buyer; in Japan's days, because a file carries no time zone.
-- A file of a mall that has no time of day says midnight: then the hour is unknown, until
-- the mall itself shows the order.
-- `buyer_key` tells the same buyer again and nothing else: a hash over the phone number,
-- else the mail address, with the key that `data.warehouse.people_key` gave the session.
-- in:  juchu.orders, juchu.order_people, variable people_key
-- out: table `orders`
CREATE TABLE orders AS
WITH reached AS (
    SELECT
        mall, shop_id, order_number,
        CASE
            WHEN regexp_full_match(phone, '[0-9]*') THEN phone
            ELSE regexp_replace(
                translate(phone, '０１２３４５６７８９＋', '0123456789+'), '[^0-9+]', '', 'g'
            )
        END AS phone,
        lower(trim(email)) AS email
    FROM juchu.order_people
    WHERE role = 'orderer'
), known AS (
    SELECT
        mall, shop_id, order_number,
        coalesce(
            'phone:' || CASE
                WHEN length(phone) >= 10 THEN regexp_replace(phone, '^[+]?81', '0')
            END,
            'mail:' || CASE WHEN contains(email, '@') THEN email END
        ) AS buyer
    FROM reached
)
SELECT
    mall, shop_id, order_number, source, CAST(content_source AS VARCHAR) AS content_source,
    status, mall_status, mall_sub_status, outcome, stock_policy, cancelled,
    ordered_at,
    CAST(at_jst AS DATE) AS day_jst,
    CASE
        WHEN source = 'csv' AND content_source <> 'api' AND at_jst = CAST(at_jst AS DATE)
        THEN NULL
        ELSE CAST(hour(at_jst) AS INTEGER)
    END AS hour_jst,
    strftime(at_jst, '%Y-%m') AS month_jst,
    confirmed_at, fixed_at, ship_instructed_at, shipped_at, paid_at, cancelled_at,
    cancel_due_on, delivery_on, delivery_slot, delivery_method, order_type,
    payment_code, payment_method,
    amounts_fixed, goods_total, postage_total, cod_fee, payment_fee, buyer_fee,
    gift_fee, discount_total, coupon_total, coupon_shop, coupon_other, point_used,
    order_total, request_total, refunded_total, tax_total,
    payment_fee_tax_rate, shop_fee,
    is_gift, is_social_gift, is_under_review, caution_code, changed_by_buyer,
    delivery_class, is_remote_island, is_next_day, is_asuraku, is_one_day,
    has_medicine, has_deal, is_member, device_code,
    pay_by, change_payment_by, refund_by, reserve_number, reserve_count,
    receipts_issued, receipt_issued_at,
    left(sha256(getvariable('people_key') || sha256(known.buyer)), 32) AS buyer_key,
    observed_at, imported_at, updated_at
FROM (
    SELECT *, ordered_at AT TIME ZONE 'Asia/Tokyo' AS at_jst
    FROM juchu.orders
)
LEFT JOIN known USING (mall, shop_id, order_number);

-- name: copy_order_packages
-- Destinations down to the prefecture. What is none of the 47 is somebody's address in
-- the wrong cell, and stays out.
-- in:  juchu.order_packages
-- out: table `order_packages`
CREATE TABLE order_packages AS
SELECT
    mall, shop_id, order_number, basket_id,
    CASE WHEN prefecture IN (
        '北海道', '青森県', '岩手県', '宮城県', '秋田県', '山形県', '福島県', '茨城県',
        '栃木県', '群馬県', '埼玉県', '千葉県', '東京都', '神奈川県', '新潟県', '富山県',
        '石川県', '福井県', '山梨県', '長野県', '岐阜県', '静岡県', '愛知県', '三重県',
        '滋賀県', '京都府', '大阪府', '兵庫県', '奈良県', '和歌山県', '鳥取県', '島根県',
        '岡山県', '広島県', '山口県', '徳島県', '香川県', '愛媛県', '高知県', '福岡県',
        '佐賀県', '長崎県', '熊本県', '大分県', '宮崎県', '鹿児島県', '沖縄県'
    ) THEN prefecture END AS prefecture,
    goods_total, postage_total, cod_fee, package_total, default_carrier_code,
    gift_address_given, gift_address_due, gift_address_at, pickup_chain,
    is_remote_island, postage_tax_rate, cod_fee_tax_rate, shipping_date
FROM juchu.order_packages;

-- name: copy_order_lines
-- Lines without what the buyer typed (choices, sku_info) and the shop worded (lead_time).
-- in:  juchu.order_lines
-- out: table `order_lines`
CREATE TABLE order_lines AS
SELECT
    mall, shop_id, order_number, line_id, basket_id, sku, manage_number, variant_id,
    item_id, item_number, item_name, quantity, unit_price, line_total, tax_rate,
    tax_included, line_status, quantity_to_ship, restore_inventory, stock_adjusted_at,
    price_before_tax, includes_postage, ships_alone, is_medicine, is_deal
FROM juchu.order_lines;

-- name: copy_order_taxes
-- What is billed at each rate, of orders whose mall tells it; the rate in whole percent,
-- because a fraction of 0.08 or 0.1 rounds to a yen too little (docs/analytics.md).
-- in:  juchu.orders
-- out: table `order_taxes`
CREATE TABLE order_taxes AS
SELECT
    mall, shop_id, order_number,
    CAST(round(told.rate * 100) AS INTEGER) AS tax_percent,
    told.billed AS billed,
    told.tax AS tax
FROM (
    SELECT mall, shop_id, order_number, unnest(tax_summaries) AS told
    FROM juchu.orders
);

-- name: copy_month_closes
-- in:  juchu.month_closes
-- out: table `month_closes`
CREATE TABLE month_closes AS
SELECT month, closed_at
FROM juchu.month_closes;

-- name: copy_closed_orders
-- in:  juchu.closed_orders
-- out: table `closed_orders`
CREATE TABLE closed_orders AS
SELECT
    month, mall, shop_id, order_number, counts, units, sales, lines_unknown,
    request_total, refunded_total, taxes
FROM juchu.closed_orders;

-- name: copy_order_status_log
-- in:  juchu.order_status_log
-- out: table `order_status_log`
CREATE TABLE order_status_log AS
SELECT mall, shop_id, order_number, status, ended_at
FROM juchu.order_status_log;

-- name: copy_sku_costs
-- in:  juchu.sku_costs
-- out: table `sku_costs`
CREATE TABLE sku_costs AS
SELECT sku, valid_from, cost, imported_at
FROM juchu.sku_costs;

-- name: copy_mall_fees
-- in:  juchu.mall_fees
-- out: table `mall_fees`
CREATE TABLE mall_fees AS
SELECT mall, shop_id, valid_from, percent, each_order, imported_at
FROM juchu.mall_fees;

-- name: copy_order_refusals
-- Refused orders by code; a mall's own words stay out.
-- in:  juchu.order_refusals
-- out: table `order_refusals`
CREATE TABLE order_refusals AS
SELECT mall, shop_id, order_number, code, first_seen_at, last_seen_at, settled_at
FROM juchu.order_refusals;

-- name: copy_notices
-- in:  juchu.notices
-- out: table `notices`
CREATE TABLE notices AS
SELECT
    notice_key, mall, shop_id, order_number, kind, received_at,
    CAST(received_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day_jst,
    recorded_at, settled_at, reason, looks
FROM juchu.notices;

-- name: copy_csv_imports
-- Imports without the file's name, which a person chose.
-- in:  juchu.csv_imports
-- out: table `csv_imports`
CREATE TABLE csv_imports AS
SELECT
    import_id, mall, shop_id, mode, rows_read, orders_created, orders_updated,
    orders_unchanged, lines_rejected, imported_at,
    CAST(imported_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day_jst
FROM juchu.csv_imports;

-- name: copy_csv_warnings
-- in:  juchu.csv_warnings
-- out: table `csv_warnings`
CREATE TABLE csv_warnings AS
SELECT import_id, row_number, column_name, kind, order_number
FROM juchu.csv_warnings;

-- name: copy_csv_rejects
-- in:  juchu.csv_rejects
-- out: table `csv_rejects`
CREATE TABLE csv_rejects AS
SELECT import_id, row_number, column_name, reason, order_number
FROM juchu.csv_rejects;

-- name: copy_stock_movements
-- The ledger without what people wrote into it (who, note).
-- in:  juchu.stock_movements
-- out: table `stock_movements`
CREATE TABLE stock_movements AS
SELECT
    seq, movement_id, sku, kind, source, quantity, counted, mall, shop_id, order_number,
    line_id, cause_id, effective_at,
    CAST(effective_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS day_jst,
    moved_at
FROM juchu.stock_movements;

-- name: copy_stock_levels
-- in:  juchu.stock_levels
-- out: table `stock_levels`
CREATE TABLE stock_levels AS
SELECT sku, level, level_seq, is_counted
FROM juchu.stock_levels;

-- name: copy_manual_stock_adjustments
-- in:  juchu.manual_stock_adjustments
-- out: table `manual_stock_adjustments`
CREATE TABLE manual_stock_adjustments AS
SELECT mall, shop_id, order_number, line_id, sku, quantity, imported_at
FROM juchu.manual_stock_adjustments;

-- name: copy_sku_map
-- in:  juchu.sku_map
-- out: table `sku_map`
CREATE TABLE sku_map AS
SELECT mall, shop_id, manage_number, variant_id, sku, source, mapped_at
FROM juchu.sku_map;

-- name: copy_stock_settings
-- in:  juchu.stock_settings
-- out: table `stock_settings`
CREATE TABLE stock_settings AS
SELECT mall, shop_id, manage_number, variant_id, safety, set_at
FROM juchu.stock_settings;

-- name: copy_inventory_pushes
-- in:  juchu.inventory_pushes
-- out: table `inventory_pushes`
CREATE TABLE inventory_pushes AS
SELECT
    push_id, run_id, mall, shop_id, manage_number, variant_id, sku, level_seq, level,
    safety, offered, state, expected_before, found_before, found_after,
    planned_at, sent_at, verified_at, due_since
FROM juchu.inventory_pushes;

-- name: copy_shipments
-- in:  juchu.shipments
-- out: table `shipments`
CREATE TABLE shipments AS
SELECT
    mall, shop_id, order_number, basket_id, carrier_code, tracking_number,
    shipping_date, state, shipping_detail_id, replaces, import_id, imported_at,
    changed_at, sent_at, heard_at, verified_at
FROM juchu.shipments;

-- name: copy_shops
-- in:  juchu.shops
-- out: table `shops`
CREATE TABLE shops AS
SELECT
    shop, mall, shop_id, stage, connection_status, checked_at, license_expires_at,
    notices_start_at, updated_at
FROM juchu.shops;

-- name: copy_loads
-- in:  juchu.loads
-- out: table `loads`
CREATE TABLE loads AS
SELECT
    load_id, source, mall, shop_id, flow_run_id, started_at, finished_at, window_from,
    window_to, found, created, changed, unchanged, stale, refused, found_without_notice
FROM juchu.loads;

-- name: copy_needs_a_person
-- What waits for a person, by kind; its words may quote a mall or a file's name.
-- in:  juchu.needs_a_person
-- out: table `needs_a_person`
CREATE TABLE needs_a_person AS
SELECT kind, key, mall, shop_id, order_number, since
FROM juchu.needs_a_person;

-- name: copy_freshness
-- Of which moment this copy is.
-- in:  $published_at, $stamp (nanoseconds since 1970), table `orders`
-- out: table `freshness` with one row
CREATE TABLE freshness AS
SELECT
    CAST($published_at AS TIMESTAMPTZ) AS published_at,
    strftime(
        CAST($published_at AS TIMESTAMPTZ) AT TIME ZONE 'Asia/Tokyo', '%Y-%m-%d %H:%M'
    ) AS published_jst,
    make_timestamptz(CAST($stamp AS BIGINT) // 1000) AS warehouse_changed_at,
    max(observed_at) AS newest_order_at,
    count(*) AS orders
FROM orders;

-- name: comments_of_tables
-- Statements that comment each table: as in the warehouse, or as said here.
-- in:  tables of the copy without a comment
-- out: statement
WITH ours (table_name, comment) AS (
    VALUES
    ('needs_a_person', 'What waits for a person now; what it says is in the warehouse only'),
    ('order_taxes', 'What is billed at each tax rate of an order, where its mall tells it'),
    ('freshness', 'Of which moment this copy is; one row')
), known AS (
    SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'juchu'
    UNION ALL
    SELECT view_name, comment FROM duckdb_views() WHERE database_name = 'juchu'
)
SELECT format(
    'COMMENT ON TABLE "{}" IS ''{}''',
    c.table_name,
    replace(coalesce(o.comment, k.comment), '''', '''''')
) AS statement
FROM duckdb_tables() AS c
LEFT JOIN ours AS o USING (table_name)
LEFT JOIN known AS k USING (table_name)
WHERE c.database_name = 'analytics'
  AND c.comment IS NULL;

-- name: comments_of_columns
-- Statements that comment each column: as in the warehouse, or as said here.
-- in:  columns of the copy without a comment
-- out: statement
WITH ours (table_name, column_name, comment) AS (
    VALUES
    ('orders', 'day_jst', 'Day of ordered_at in Japan'),
    ('orders', 'hour_jst', 'Hour of ordered_at in Japan; NULL where a mall''s file has the day only'),
    ('orders', 'buyer_key', 'The same for the same buyer (phone, else mail), whatever the shop; NULL where neither is known, or the buyer''s data are cleared: when JUCHU_RETENTION_DAYS are over, or when the buyer asked. A keyed hash: nothing leads back from it'),
    ('orders', 'month_jst', 'Month of ordered_at in Japan, e.g. 2026-07'),
    ('order_packages', 'prefecture', '送付先都道府県, one of the 47; NULL for anything else'),
    ('notices', 'day_jst', 'Day of received_at in Japan'),
    ('csv_imports', 'day_jst', 'Day of imported_at in Japan'),
    ('stock_movements', 'day_jst', 'Day of effective_at in Japan'),
    ('order_taxes', 'mall', 'Mall of the order'),
    ('order_taxes', 'shop_id', 'Shop of the order'),
    ('order_taxes', 'order_number', '受注番号'),
    ('order_taxes', 'tax_percent', '税率, whole percent'),
    ('order_taxes', 'billed', 'What is billed at that rate, with tax, yen; Rakuten''s before points and without the fee of 後払い that the buyer bears'),
    ('order_taxes', 'tax', 'The tax in it, yen'),
    ('freshness', 'published_at', 'When the copy was made'),
    ('freshness', 'published_jst', 'The same in Japan''s time, as text'),
    ('freshness', 'warehouse_changed_at', 'When the warehouse had last changed by then'),
    ('freshness', 'newest_order_at', 'The latest observed_at of an order in it'),
    ('freshness', 'orders', 'Orders in it')
), known AS (
    SELECT table_name, column_name, comment
    FROM duckdb_columns()
    WHERE database_name = 'juchu'
)
SELECT format(
    'COMMENT ON COLUMN "{}"."{}" IS ''{}{}''',
    c.table_name,
    c.column_name,
    replace(coalesce(o.comment, k.comment), '''', ''''''),
    CASE c.data_type
        WHEN 'TIMESTAMP WITH TIME ZONE'
        THEN '; an instant: AT TIME ZONE ''''Asia/Tokyo'''' is Japan''''s clock'
        ELSE ''
    END
) AS statement
FROM duckdb_columns() AS c
LEFT JOIN ours AS o USING (table_name, column_name)
LEFT JOIN known AS k USING (table_name, column_name)
WHERE c.database_name = 'analytics'
  AND c.comment IS NULL;

-- name: count_copied
-- How much the copy holds.
-- in:  the copy's tables
-- out: orders, lines
SELECT
    (SELECT count(*) FROM orders) AS orders,
    (SELECT count(*) FROM order_lines) AS lines;
