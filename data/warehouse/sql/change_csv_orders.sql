-- change_csv_orders: what the known orders of a part become, where that differs.
-- A blank cell keeps what is known, unless it clears; a cell the file has no column for
-- never clears. An order is fixed again only by a file that tells an amount, and stays
-- cancelled where the file does not say how it stands.
-- in:  views `csv_speaking`, `csv_clears` (one row, a flag per cell), $mall, $shop_id
-- out: temporary table `csv_changed_orders`, as columns of orders; status is no content
CREATE OR REPLACE TEMP TABLE csv_changed_orders AS
SELECT
    o.mall, o.shop_id, o.order_number,
    if(c.mall_status, r.mall_status, coalesce(r.mall_status, o.mall_status)) AS mall_status,
    if(c.mall_sub_status, r.mall_sub_status, coalesce(r.mall_sub_status, o.mall_sub_status)) AS mall_sub_status,
    if(c.ordered_at, r.ordered_at, coalesce(r.ordered_at, o.ordered_at)) AS ordered_at,
    if(c.confirmed_at, r.confirmed_at, coalesce(r.confirmed_at, o.confirmed_at)) AS confirmed_at,
    if(c.fixed_at, r.fixed_at, coalesce(r.fixed_at, o.fixed_at)) AS fixed_at,
    if(c.ship_instructed_at, r.ship_instructed_at, coalesce(r.ship_instructed_at, o.ship_instructed_at)) AS ship_instructed_at,
    if(c.shipped_at, r.shipped_at, coalesce(r.shipped_at, o.shipped_at)) AS shipped_at,
    if(c.paid_at, r.paid_at, coalesce(r.paid_at, o.paid_at)) AS paid_at,
    if(c.cancelled_at, r.cancelled_at, coalesce(r.cancelled_at, o.cancelled_at)) AS cancelled_at,
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
    if(c.gift_fee, r.gift_fee, coalesce(r.gift_fee, o.gift_fee)) AS gift_fee,
    if(c.discount_total, r.discount_total, coalesce(r.discount_total, o.discount_total)) AS discount_total,
    if(c.order_total, r.order_total, coalesce(r.order_total, o.order_total)) AS order_total,
    if(c.request_total, r.request_total, coalesce(r.request_total, o.request_total)) AS request_total,
    if(c.point_used, r.point_used, coalesce(r.point_used, o.point_used)) AS point_used,
    if(c.coupon_total, r.coupon_total, coalesce(r.coupon_total, o.coupon_total)) AS coupon_total,
    if(c.coupon_shop, r.coupon_shop, coalesce(r.coupon_shop, o.coupon_shop)) AS coupon_shop,
    if(c.coupon_other, r.coupon_other, coalesce(r.coupon_other, o.coupon_other)) AS coupon_other,
    if(c.is_gift, r.is_gift, coalesce(r.is_gift, o.is_gift)) AS is_gift,
    if(c.is_under_review, r.is_under_review, coalesce(r.is_under_review, o.is_under_review)) AS is_under_review,
    if(c.caution_code, r.caution_code, coalesce(r.caution_code, o.caution_code)) AS caution_code,
    if(c.changed_by_buyer, r.changed_by_buyer, coalesce(r.changed_by_buyer, o.changed_by_buyer)) AS changed_by_buyer,
    r.is_fixed AND (
        o.amounts_fixed
        OR coalesce(r.goods_total, r.order_total, r.request_total) IS NOT NULL
    ) AS amounts_fixed,
    CASE
        WHEN coalesce(r.mall_status, r.cancelled_at::VARCHAR) IS NULL
            AND NOT (c.mall_status OR c.cancelled_at) THEN o.cancelled
        ELSE coalesce(r.cancelled, false) OR (o.cancelled_at IS NOT NULL AND NOT c.cancelled_at)
    END AS cancelled
FROM csv_speaking AS r
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = r.order_number
CROSS JOIN csv_clears AS c
WHERE r.speaks_for_order
  AND r.is_known
EXCEPT
SELECT
    mall, shop_id, order_number,
    mall_status, mall_sub_status, ordered_at, confirmed_at, fixed_at,
    ship_instructed_at, shipped_at, paid_at, cancelled_at, cancel_due_on,
    delivery_on, delivery_slot, delivery_slot_name, delivery_method, order_type,
    payment_method, goods_total, tax_total, postage_total, cod_fee, payment_fee,
    buyer_fee, gift_fee, discount_total, order_total, request_total, point_used,
    coupon_total, coupon_shop, coupon_other, is_gift, is_under_review, caution_code,
    changed_by_buyer,
    amounts_fixed, cancelled
FROM orders
WHERE mall = $mall
  AND shop_id = $shop_id;
