-- What RMS says of an order and nobody read before: how it has to travel and by when, what
-- it was wrapped in, and what an invoice names. What staff and shops typed is people's.

ALTER TABLE orders ADD COLUMN delivery_class INTEGER;
ALTER TABLE orders ADD COLUMN is_remote_island BOOLEAN;
ALTER TABLE orders ADD COLUMN is_next_day BOOLEAN;
ALTER TABLE orders ADD COLUMN is_asuraku BOOLEAN;
ALTER TABLE orders ADD COLUMN is_one_day BOOLEAN;
ALTER TABLE orders ADD COLUMN has_medicine BOOLEAN;
ALTER TABLE orders ADD COLUMN has_deal BOOLEAN;
ALTER TABLE orders ADD COLUMN is_member BOOLEAN;
ALTER TABLE orders ADD COLUMN device_code INTEGER;
ALTER TABLE orders ADD COLUMN pay_by DATE;
ALTER TABLE orders ADD COLUMN change_payment_by DATE;
ALTER TABLE orders ADD COLUMN refund_by DATE;
ALTER TABLE orders ADD COLUMN reserve_number VARCHAR;
ALTER TABLE orders ADD COLUMN reserve_count INTEGER;
ALTER TABLE orders ADD COLUMN receipts_issued INTEGER;
ALTER TABLE orders ADD COLUMN receipt_issued_at TIMESTAMPTZ;
ALTER TABLE orders ADD COLUMN payment_fee_tax_rate DECIMAL(5, 4);
ALTER TABLE orders ADD COLUMN shop_fee BIGINT;
ALTER TABLE orders ADD COLUMN wrappings STRUCT(
    kind INTEGER, price BIGINT, tax_rate DECIMAL(5, 4)
)[];
ALTER TABLE orders ALTER coupons TYPE STRUCT(
    code VARCHAR, funded_by INTEGER, line_id VARCHAR, units INTEGER, total BIGINT,
    name VARCHAR
)[] USING list_transform(coupons, lambda c: {
    'code': c.code, 'funded_by': c.funded_by, 'line_id': c.line_id, 'units': c.units,
    'total': c.total, 'name': NULL::VARCHAR
});

-- A wrapping's name may be worded for one buyer: of cleared orders it goes as well.
UPDATE orders SET gift_wrapping = NULL
WHERE gift_wrapping IS NOT NULL
  AND (mall, shop_id, order_number) IN (SELECT (mall, shop_id, order_number) FROM cleared_orders);
UPDATE order_log SET content = json_merge_patch(content, '{"gift_wrapping": null}')
WHERE json_exists(content, '$.gift_wrapping')
  AND (mall, shop_id, order_number) IN (SELECT (mall, shop_id, order_number) FROM cleared_orders);

ALTER TABLE order_packages ADD COLUMN gift_address_at TIMESTAMPTZ;
ALTER TABLE order_packages ADD COLUMN pickup_chain INTEGER;
ALTER TABLE order_packages ADD COLUMN pickup_store_code VARCHAR;
ALTER TABLE order_packages ADD COLUMN is_remote_island BOOLEAN;
ALTER TABLE order_packages ADD COLUMN postage_tax_rate DECIMAL(5, 4);
ALTER TABLE order_packages ADD COLUMN cod_fee_tax_rate DECIMAL(5, 4);

ALTER TABLE order_lines ADD COLUMN price_before_tax BIGINT;
ALTER TABLE order_lines ADD COLUMN lead_time VARCHAR;
ALTER TABLE order_lines ADD COLUMN includes_postage BOOLEAN;
ALTER TABLE order_lines ADD COLUMN ships_alone BOOLEAN;
ALTER TABLE order_lines ADD COLUMN is_medicine BOOLEAN;
ALTER TABLE order_lines ADD COLUMN is_deal BOOLEAN;

ALTER TABLE order_people ADD COLUMN memo VARCHAR;
ALTER TABLE order_people ADD COLUMN operator VARCHAR;
ALTER TABLE order_people ADD COLUMN mail_note VARCHAR;
ALTER TABLE order_people ADD COLUMN pickup_zip VARCHAR;
ALTER TABLE order_people ADD COLUMN pickup_address VARCHAR;

COMMENT ON COLUMN orders.delivery_class IS '配送区分 of the mall: 0 none, 1 normal, 2 chilled, 3 frozen, 4 to 8 others; NULL where it does not tell';
COMMENT ON COLUMN orders.is_remote_island IS '離島: some destination is a remote island; NULL where the mall does not tell';
COMMENT ON COLUMN orders.is_next_day IS '最強翌日配送 when it was bought; stays true when a delay loses the cover; NULL where the mall does not tell';
COMMENT ON COLUMN orders.is_asuraku IS 'あす楽; NULL where the mall does not tell';
COMMENT ON COLUMN orders.is_one_day IS 'Has to leave within one working day: the buyer chose the earliest day; NULL where the mall does not tell';
COMMENT ON COLUMN orders.has_medicine IS '医薬品を含む; NULL where the mall does not tell';
COMMENT ON COLUMN orders.has_deal IS 'スーパーDEAL商品を含む; NULL where the mall does not tell';
COMMENT ON COLUMN orders.is_member IS '楽天会員; NULL where the mall does not tell';
COMMENT ON COLUMN orders.device_code IS '利用端末 of the buyer by the mall''s code: 0 PC, 11 iPhone, 12 Android, ...';
COMMENT ON COLUMN orders.pay_by IS '支払期限日; the latest where the mall moved it';
COMMENT ON COLUMN orders.change_payment_by IS '支払方法変更期限日';
COMMENT ON COLUMN orders.refund_by IS '返金手続き期限日';
COMMENT ON COLUMN orders.reserve_number IS '申込番号 of 定期購入, 予約 and 頒布会';
COMMENT ON COLUMN orders.reserve_count IS '申込お届け回数';
COMMENT ON COLUMN orders.receipts_issued IS '領収書発行回数';
COMMENT ON COLUMN orders.receipt_issued_at IS 'When the latest receipt (領収書) was issued';
COMMENT ON COLUMN orders.payment_fee_tax_rate IS 'Tax rate of payment_fee, an exact share';
COMMENT ON COLUMN orders.shop_fee IS '店舗負担手数料 of 後払い, yen';
COMMENT ON COLUMN orders.gift_fee IS 'ギフト包装料 of all wrappings with tax, yen; a part of goods_total at Rakuten';
COMMENT ON COLUMN orders.gift_wrapping IS 'ラッピング名 of the wrappings chosen; emptied with the buyer''s data';
COMMENT ON COLUMN orders.wrappings IS 'Wrappings chosen: kind 1 paper, 2 ribbon; price with tax, yen; from the API only';
COMMENT ON COLUMN orders.coupons IS 'Coupons used, with their names; funded_by 1 shop, 2 maker, 3 service';

COMMENT ON COLUMN order_packages.gift_address_at IS 'When the recipient of a social gift gave the address';
COMMENT ON COLUMN order_packages.pickup_chain IS 'コンビニコード of a pick-up, e.g. 50 = ローソン, 60 = 郵便局';
COMMENT ON COLUMN order_packages.pickup_store_code IS '店舗コード of a pick-up';
COMMENT ON COLUMN order_packages.is_remote_island IS '離島; NULL where the mall does not tell';
COMMENT ON COLUMN order_packages.postage_tax_rate IS 'Tax rate of postage_total, an exact share';
COMMENT ON COLUMN order_packages.cod_fee_tax_rate IS 'Tax rate of cod_fee, an exact share';

COMMENT ON COLUMN order_lines.price_before_tax IS 'The mall''s own price of one piece where that is without tax, yen; NULL where it has tax';
COMMENT ON COLUMN order_lines.lead_time IS '納期情報 as the shop worded it, e.g. 1～2日以内に発送';
COMMENT ON COLUMN order_lines.includes_postage IS '送料込 or 送料無料; NULL where the mall does not tell';
COMMENT ON COLUMN order_lines.ships_alone IS '単品配送; NULL where the mall does not tell';
COMMENT ON COLUMN order_lines.is_medicine IS '医薬品; NULL where the mall does not tell';
COMMENT ON COLUMN order_lines.is_deal IS 'スーパーDEAL; NULL where the mall does not tell';

COMMENT ON COLUMN order_people.memo IS 'ひとことメモ of the shop, which may name people; orderer only';
COMMENT ON COLUMN order_people.operator IS '担当者 of the shop; orderer only';
COMMENT ON COLUMN order_people.mail_note IS 'メール差込文 of the shop; orderer only';
COMMENT ON COLUMN order_people.pickup_zip IS '郵便番号 of the store of a pick-up, digits; recipient only';
COMMENT ON COLUMN order_people.pickup_address IS 'Address of the store of a pick-up; recipient only';
