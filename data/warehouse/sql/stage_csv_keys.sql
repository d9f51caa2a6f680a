-- stage_csv_keys: note what tells the rows of a chunk apart; amounts_fixed and
-- cancelled are left out, because they follow from other cells.
-- in:  view `csv_rows` (every cell of data.model.csv_order), $chunk, $shop_id
-- out: rows of `csv_keys`; a file that does not show the shop is of the given one
INSERT INTO csv_keys
SELECT
    $chunk AS chunk,
    row_number,
    coalesce(shop_id, $shop_id) AS shop_id,
    order_number, basket_id, line_id,
    hash(
        mall_status, mall_sub_status, ordered_at, confirmed_at, fixed_at,
        ship_instructed_at, shipped_at, paid_at, cancelled_at, cancel_due_on,
        delivery_on, delivery_slot, delivery_slot_name, delivery_method, order_type,
        payment_method, goods_total, tax_total, postage_total, cod_fee, payment_fee,
        buyer_fee, gift_fee, discount_total, order_total, request_total, point_used,
        coupon_total, coupon_shop, coupon_other, is_gift, is_under_review,
        caution_code, changed_by_buyer,
        orderer_family_name, orderer_first_name, orderer_family_name_kana,
        orderer_first_name_kana, orderer_zip, orderer_prefecture, orderer_city,
        orderer_street, orderer_phone, orderer_email, orderer_remarks
    ) AS order_hash,
    hash(
        noshi, package_goods_total, package_postage_total, package_cod_fee,
        package_total, default_carrier_code, tracking_number, shipping_date,
        recipient_family_name, recipient_first_name, recipient_family_name_kana,
        recipient_first_name_kana, recipient_zip, recipient_prefecture,
        recipient_city, recipient_street, recipient_phone, recipient_email
    ) AS basket_hash,
    hash(
        basket_id, item_id, item_number, manage_number, variant_id, sku, item_name,
        choices, sku_info, unit_price, quantity, line_total, tax_rate, tax_included,
        line_status
    ) AS line_hash,
    coalesce(amounts_fixed, true) AS is_fixed
FROM csv_rows;
