-- Current orders: one row per order, package and line. No personal data in here.
-- The CHECKs name every mall of the design, because DuckDB cannot change a CHECK later.

CREATE TABLE orders (
    mall               VARCHAR     NOT NULL CHECK (mall IN (
        'rakuten', 'yahoo', 'aupay', 'amazon', 'qoo10', 'shopify', 'eccube',
        'base', 'colorme', 'futureshop', 'ponpare', 'minne', 'creema'
    )),
    shop_id            VARCHAR     NOT NULL CHECK (shop_id <> ''),
    order_number       VARCHAR     NOT NULL CHECK (order_number <> ''),
    source             VARCHAR     NOT NULL CHECK (source IN ('api', 'csv')),
    status             VARCHAR     NOT NULL CHECK (status IN (
        '新規受付', '入金待ち', '受注処理中', '出荷済', 'キャンセル', '保留'
    )),
    mall_status        VARCHAR,
    mall_sub_status    VARCHAR,
    stock_policy       VARCHAR     NOT NULL CHECK (stock_policy IN ('auto', 'manual')),
    ordered_at         TIMESTAMPTZ,
    confirmed_at       TIMESTAMPTZ,
    fixed_at           TIMESTAMPTZ,
    ship_instructed_at TIMESTAMPTZ,
    shipped_at         TIMESTAMPTZ,
    cancel_due_on      DATE,
    delivery_on        DATE,
    delivery_slot      INTEGER,
    delivery_method    VARCHAR,
    order_type         INTEGER,
    payment_code       INTEGER,
    payment_method     VARCHAR,
    amounts_fixed      BOOLEAN     NOT NULL,
    goods_total        BIGINT,
    postage_total      BIGINT,
    cod_fee            BIGINT,
    payment_fee        BIGINT,
    buyer_fee          BIGINT,
    order_total        BIGINT,
    request_total      BIGINT,
    point_used         BIGINT,
    coupon_total       BIGINT,
    coupon_shop        BIGINT,
    coupon_other       BIGINT,
    cancelled          BOOLEAN     NOT NULL,
    is_gift            BOOLEAN,
    is_social_gift     BOOLEAN,
    is_under_review    BOOLEAN,
    caution_code       INTEGER,
    changed_by_buyer   BOOLEAN,
    coupons            STRUCT(
        code VARCHAR, funded_by INTEGER, line_id VARCHAR, units INTEGER, total BIGINT
    )[],
    tax_summaries      STRUCT(rate DOUBLE, billed BIGINT, tax BIGINT)[],
    changes            STRUCT(
        change_id VARCHAR, kind INTEGER, reason INTEGER, reason_detail INTEGER,
        applied_at TIMESTAMPTZ, settled_at TIMESTAMPTZ
    )[],
    content_hash       VARCHAR     NOT NULL,
    observed_at        TIMESTAMPTZ NOT NULL,
    imported_at        TIMESTAMPTZ NOT NULL,
    updated_at         TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mall, shop_id, order_number)
);

COMMENT ON TABLE orders IS 'Orders as they stand now, one row each; money in whole yen, NULL while the mall has not fixed it';
COMMENT ON COLUMN orders.mall IS 'Mall, e.g. rakuten';
COMMENT ON COLUMN orders.shop_id IS 'Shop at the mall; for Rakuten the number its order numbers start with';
COMMENT ON COLUMN orders.order_number IS '受注番号, text as the mall writes it';
COMMENT ON COLUMN orders.source IS 'Who told us of the order first: api or csv';
COMMENT ON COLUMN orders.status IS 'Where the order stands for the shop, one of six words; may be set by hand or CSV';
COMMENT ON COLUMN orders.mall_status IS 'The mall''s own status; Rakuten: orderProgress 100 to 900';
COMMENT ON COLUMN orders.mall_sub_status IS 'サブステータス of the mall';
COMMENT ON COLUMN orders.stock_policy IS 'auto: the order moves stock; manual: it waits for an adjustment by hand. Never changes';
COMMENT ON COLUMN orders.ordered_at IS '注文日時';
COMMENT ON COLUMN orders.confirmed_at IS '注文確認日時';
COMMENT ON COLUMN orders.fixed_at IS '注文確定日時';
COMMENT ON COLUMN orders.ship_instructed_at IS '発送指示日時';
COMMENT ON COLUMN orders.shipped_at IS '発送完了報告日時';
COMMENT ON COLUMN orders.cancel_due_on IS 'キャンセル期限日';
COMMENT ON COLUMN orders.delivery_on IS 'お届け日指定';
COMMENT ON COLUMN orders.delivery_slot IS 'お届け時間帯, e.g. 1416 = 14 to 16 h';
COMMENT ON COLUMN orders.delivery_method IS '配送方法';
COMMENT ON COLUMN orders.order_type IS '注文種別 of the mall';
COMMENT ON COLUMN orders.payment_code IS '支払方法コード';
COMMENT ON COLUMN orders.payment_method IS '支払方法名';
COMMENT ON COLUMN orders.amounts_fixed IS 'False while the mall still shows an amount as open (-9999)';
COMMENT ON COLUMN orders.goods_total IS '商品合計金額, yen';
COMMENT ON COLUMN orders.postage_total IS '送料合計, yen';
COMMENT ON COLUMN orders.cod_fee IS '代引料合計, yen';
COMMENT ON COLUMN orders.payment_fee IS '決済手数料, yen';
COMMENT ON COLUMN orders.buyer_fee IS '注文者負担手数料, yen';
COMMENT ON COLUMN orders.order_total IS '合計金額, yen';
COMMENT ON COLUMN orders.request_total IS '請求金額, yen';
COMMENT ON COLUMN orders.point_used IS 'ポイント利用額, yen';
COMMENT ON COLUMN orders.coupon_total IS 'クーポン利用総額, yen';
COMMENT ON COLUMN orders.coupon_shop IS '店舗発行クーポン利用額, yen';
COMMENT ON COLUMN orders.coupon_other IS '店舗以外のクーポン利用額, yen';
COMMENT ON COLUMN orders.cancelled IS 'Whether the mall has settled a cancellation';
COMMENT ON COLUMN orders.is_gift IS 'ギフト配送希望';
COMMENT ON COLUMN orders.is_social_gift IS 'Social gift: the recipient gives the address later';
COMMENT ON COLUMN orders.is_under_review IS '楽天確認中: do not ship';
COMMENT ON COLUMN orders.caution_code IS '警告表示タイプ of the mall';
COMMENT ON COLUMN orders.changed_by_buyer IS '購入者による注文変更';
COMMENT ON COLUMN orders.coupons IS 'Coupons used; funded_by 1 shop, 2 maker, 3 service';
COMMENT ON COLUMN orders.tax_summaries IS 'What is billed at each tax rate, yen';
COMMENT ON COLUMN orders.changes IS 'The mall''s own change history (cancelled, reduced, ...)';
COMMENT ON COLUMN orders.content_hash IS 'SHA-256 of the whole snapshot with its people, without its time; empty if no snapshot was stored yet';
COMMENT ON COLUMN orders.observed_at IS 'When the request was sent that first showed the present content';
COMMENT ON COLUMN orders.imported_at IS 'When the order was created in this warehouse';
COMMENT ON COLUMN orders.updated_at IS 'When the order was last written in this warehouse';

CREATE TABLE order_packages (
    mall                 VARCHAR NOT NULL,
    shop_id              VARCHAR NOT NULL,
    order_number         VARCHAR NOT NULL,
    basket_id            VARCHAR NOT NULL,
    zip                  VARCHAR,
    prefecture           VARCHAR,
    noshi                VARCHAR,
    postage_total        BIGINT,
    cod_fee              BIGINT,
    goods_total          BIGINT,
    package_total        BIGINT,
    default_carrier_code VARCHAR,
    drop_off_location    VARCHAR,
    pickup_store         VARCHAR,
    gift_address_given   BOOLEAN,
    gift_address_due     DATE,
    shipping_rows        STRUCT(
        shipping_detail_id VARCHAR, carrier_code VARCHAR, tracking_number VARCHAR,
        shipping_date DATE
    )[],
    PRIMARY KEY (mall, shop_id, order_number, basket_id)
);

COMMENT ON TABLE order_packages IS 'Destinations (送付先) of current orders, one row each; name and street are in order_people';
COMMENT ON COLUMN order_packages.mall IS 'Mall of the order';
COMMENT ON COLUMN order_packages.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_packages.order_number IS '受注番号';
COMMENT ON COLUMN order_packages.basket_id IS '送付先ID, the package within the order';
COMMENT ON COLUMN order_packages.zip IS '送付先郵便番号, text: leading zeros stay';
COMMENT ON COLUMN order_packages.prefecture IS '送付先都道府県';
COMMENT ON COLUMN order_packages.noshi IS 'のし';
COMMENT ON COLUMN order_packages.postage_total IS '送料, yen';
COMMENT ON COLUMN order_packages.cod_fee IS '代引料, yen';
COMMENT ON COLUMN order_packages.goods_total IS '商品合計金額, yen';
COMMENT ON COLUMN order_packages.package_total IS '合計金額 of the package, yen';
COMMENT ON COLUMN order_packages.default_carrier_code IS 'Carrier the mall proposes';
COMMENT ON COLUMN order_packages.drop_off_location IS '置き配場所';
COMMENT ON COLUMN order_packages.pickup_store IS 'Store or post office of a pick-up';
COMMENT ON COLUMN order_packages.gift_address_given IS 'Whether the recipient gave an address; NULL unless a social gift';
COMMENT ON COLUMN order_packages.gift_address_due IS 'Until when the recipient may give an address';
COMMENT ON COLUMN order_packages.shipping_rows IS 'Rows of the mall''s shipping report; half-filled rows exist';

CREATE TABLE order_lines (
    mall              VARCHAR NOT NULL,
    shop_id           VARCHAR NOT NULL,
    order_number      VARCHAR NOT NULL,
    line_id           VARCHAR NOT NULL,
    basket_id         VARCHAR NOT NULL,
    item_id           VARCHAR,
    item_number       VARCHAR,
    manage_number     VARCHAR,
    variant_id        VARCHAR,
    sku               VARCHAR NOT NULL,
    item_name         VARCHAR,
    choices           VARCHAR,
    sku_info          VARCHAR,
    unit_price        BIGINT,
    quantity          INTEGER NOT NULL CHECK (quantity >= 0),
    tax_rate          DOUBLE,
    restore_inventory INTEGER,
    PRIMARY KEY (mall, shop_id, order_number, line_id)
);

COMMENT ON TABLE order_lines IS 'Lines (商品明細) of current orders, one row each';
COMMENT ON COLUMN order_lines.mall IS 'Mall of the order';
COMMENT ON COLUMN order_lines.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_lines.order_number IS '受注番号';
COMMENT ON COLUMN order_lines.line_id IS '商品明細ID; a line keeps it for life';
COMMENT ON COLUMN order_lines.basket_id IS 'Package the line travels in';
COMMENT ON COLUMN order_lines.item_id IS '商品ID';
COMMENT ON COLUMN order_lines.item_number IS '商品番号';
COMMENT ON COLUMN order_lines.manage_number IS '商品管理番号, lower-cased';
COMMENT ON COLUMN order_lines.variant_id IS 'SKU管理番号; empty before the SKU migration';
COMMENT ON COLUMN order_lines.sku IS 'The merchant''s own SKU, else manage number/variant';
COMMENT ON COLUMN order_lines.item_name IS '商品名';
COMMENT ON COLUMN order_lines.choices IS '項目・選択肢 the buyer chose';
COMMENT ON COLUMN order_lines.sku_info IS 'SKU情報 as shown to the buyer';
COMMENT ON COLUMN order_lines.unit_price IS '単価 with tax, yen';
COMMENT ON COLUMN order_lines.quantity IS '個数';
COMMENT ON COLUMN order_lines.tax_rate IS '税率, 0.08 or 0.1';
COMMENT ON COLUMN order_lines.restore_inventory IS '在庫戻しフラグ 0, 1 or 2';
