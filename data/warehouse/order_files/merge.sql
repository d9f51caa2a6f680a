-- name: mark_csv_outdated_labels
-- Remember whose label is good no more: the warning of this file goes with the next one.
-- in:  temporary table `csv_outdated_labels`, $mall, $shop_id, $imported_at
-- out: rows of shipping_labels
UPDATE shipping_labels AS l SET outdated_at = $imported_at
FROM csv_outdated_labels AS d
WHERE l.mall = $mall
  AND l.shop_id = $shop_id
  AND l.order_number = d.order_number
  AND l.basket_id = d.basket_id;

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
