-- name: list_csv_origins
-- The shops of orders that are about to change and still stand as a
-- CSV import created them; such contents are in no log yet.
-- in:  temporary table `judged`
-- out: mall, shop_id
SELECT DISTINCT mall, shop_id
FROM judged
JOIN orders USING (mall, shop_id, order_number)
WHERE verdict = 'changed'
  AND content_source = 'csv_created';

-- name: gather_csv_origins
-- Those orders of one shop, as log_csv_contents wants them.
-- in:  temporary table `judged`, $mall, $shop_id
-- out: temporary table `csv_changes` (order_number, is_content)
CREATE OR REPLACE TEMP TABLE csv_changes AS
SELECT DISTINCT order_number, true AS is_content
FROM judged
JOIN orders USING (mall, shop_id, order_number)
WHERE mall = $mall
  AND shop_id = $shop_id
  AND verdict = 'changed'
  AND content_source = 'csv_created';

-- name: log_csv_contents
-- Keep what the changed orders hold, without their people. Run before
-- they are written for those whose first content came by CSV and stands in no log, and
-- after for all.
-- in:  temporary table `csv_changes`, $mall, $shop_id, $import_id, $imported_at,
--      $is_before
-- out: rows of order_log: cells of the order, `packages` and `lines`
INSERT INTO order_log BY NAME
WITH lines AS (
    SELECT
        order_number,
        list(to_json({
            'line_id': line_id, 'basket_id': basket_id, 'item_id': item_id,
            'item_number': item_number, 'manage_number': manage_number,
            'variant_id': variant_id, 'item_name': item_name, 'choices': choices,
            'sku_info': sku_info, 'unit_price': unit_price, 'tax_rate': tax_rate,
            'tax_included': tax_included, 'line_status': line_status, 'sku': sku,
            'quantity': quantity, 'quantity_to_ship': quantity_to_ship,
            'line_total': line_total
        }) ORDER BY line_id) AS lines
    FROM order_lines
    SEMI JOIN csv_changes USING (order_number)
    WHERE mall = $mall
      AND shop_id = $shop_id
    GROUP BY order_number
),
packages AS (
    SELECT
        order_number,
        list(to_json({
            'basket_id': basket_id, 'zip': zip, 'prefecture': prefecture,
            'noshi': noshi, 'postage_total': postage_total, 'cod_fee': cod_fee,
            'goods_total': goods_total, 'package_total': package_total,
            'default_carrier_code': default_carrier_code,
            'tracking_number': tracking_number, 'shipping_date': shipping_date
        }) ORDER BY basket_id) AS packages
    FROM order_packages
    SEMI JOIN csv_changes USING (order_number)
    WHERE mall = $mall
      AND shop_id = $shop_id
    GROUP BY order_number
)
SELECT
    o.mall, o.shop_id, o.order_number, o.observed_at,
    'csv' AS source,
    if($is_before, 'csv', o.content_hash) AS content_hash,
    to_json({
        'lines': l.lines, 'packages': p.packages,
        'mall': o.mall, 'shop_id': o.shop_id, 'order_number': o.order_number,
        'mall_status': o.mall_status, 'mall_sub_status': o.mall_sub_status,
        'ordered_at': o.ordered_at, 'confirmed_at': o.confirmed_at,
        'fixed_at': o.fixed_at, 'ship_instructed_at': o.ship_instructed_at,
        'shipped_at': o.shipped_at, 'paid_at': o.paid_at,
        'cancelled_at': o.cancelled_at, 'cancel_due_on': o.cancel_due_on,
        'delivery_on': o.delivery_on, 'delivery_slot': o.delivery_slot,
        'delivery_slot_name': o.delivery_slot_name,
        'delivery_method': o.delivery_method, 'order_type': o.order_type,
        'payment_method': o.payment_method, 'goods_total': o.goods_total,
        'tax_total': o.tax_total, 'postage_total': o.postage_total,
        'cod_fee': o.cod_fee, 'payment_fee': o.payment_fee, 'buyer_fee': o.buyer_fee,
        'shop_fee': o.shop_fee, 'gift_fee': o.gift_fee, 'gift_wrapping': o.gift_wrapping,
        'discount_total': o.discount_total,
        'order_total': o.order_total, 'request_total': o.request_total,
        'point_used': o.point_used, 'coupon_total': o.coupon_total,
        'coupon_shop': o.coupon_shop, 'coupon_other': o.coupon_other,
        'refunded_total': o.refunded_total, 'tax_summaries': o.tax_summaries,
        'is_gift': o.is_gift, 'is_under_review': o.is_under_review,
        'caution_code': o.caution_code, 'changed_by_buyer': o.changed_by_buyer,
        'amounts_fixed': o.amounts_fixed, 'cancelled': o.cancelled,
        'outcome': o.outcome
    }) AS content,
    $imported_at AS logged_at,
    $import_id AS load_id
FROM csv_changes AS k
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = k.order_number
JOIN packages AS p ON p.order_number = k.order_number
LEFT JOIN lines AS l ON l.order_number = k.order_number
WHERE k.is_content
  AND (o.content_source = 'csv_created' OR NOT $is_before);
