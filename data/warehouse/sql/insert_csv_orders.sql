-- insert_csv_orders: write the orders of a part that the warehouse did not know.
-- in:  view `csv_speaking`, $mall, $shop_id, $imported_at
-- out: rows of orders; stock waits for a person (design: rule 6.2). The content is
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
    r.gift_fee, r.discount_total, r.order_total, r.request_total, r.point_used,
    r.coupon_total, r.coupon_shop, r.coupon_other,
    coalesce(r.cancelled, false) AS cancelled,
    r.is_gift, r.is_under_review, r.caution_code, r.changed_by_buyer,
    '' AS content_hash,
    $imported_at AS observed_at,
    $imported_at AS imported_at,
    $imported_at AS updated_at
FROM csv_speaking AS r
WHERE r.speaks_for_order
  AND NOT r.is_known;
