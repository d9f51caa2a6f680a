-- All personal data, nowhere else: what retention clears is this table.

CREATE TABLE order_people (
    mall             VARCHAR NOT NULL,
    shop_id          VARCHAR NOT NULL,
    order_number     VARCHAR NOT NULL,
    role             VARCHAR NOT NULL CHECK (role IN ('orderer', 'recipient')),
    basket_id        VARCHAR NOT NULL,
    family_name      VARCHAR,
    first_name       VARCHAR,
    family_name_kana VARCHAR,
    first_name_kana  VARCHAR,
    zip              VARCHAR,
    prefecture       VARCHAR,
    city             VARCHAR,
    street           VARCHAR,
    phone            VARCHAR,
    email            VARCHAR,
    remarks          VARCHAR,
    PRIMARY KEY (mall, shop_id, order_number, role, basket_id)
);

COMMENT ON TABLE order_people IS 'Personal data of orderers and recipients; the only table that holds any';
COMMENT ON COLUMN order_people.mall IS 'Mall of the order';
COMMENT ON COLUMN order_people.shop_id IS 'Shop of the order';
COMMENT ON COLUMN order_people.order_number IS '受注番号';
COMMENT ON COLUMN order_people.role IS 'orderer (注文者) or recipient (送付先)';
COMMENT ON COLUMN order_people.basket_id IS 'Package of a recipient; empty for the orderer';
COMMENT ON COLUMN order_people.family_name IS '姓';
COMMENT ON COLUMN order_people.first_name IS '名';
COMMENT ON COLUMN order_people.family_name_kana IS '姓カナ';
COMMENT ON COLUMN order_people.first_name_kana IS '名カナ';
COMMENT ON COLUMN order_people.zip IS '郵便番号, text';
COMMENT ON COLUMN order_people.prefecture IS '都道府県';
COMMENT ON COLUMN order_people.city IS '郡市区';
COMMENT ON COLUMN order_people.street IS 'それ以降の住所';
COMMENT ON COLUMN order_people.phone IS '電話番号, text';
COMMENT ON COLUMN order_people.email IS 'メールアドレス';
COMMENT ON COLUMN order_people.remarks IS '備考, the buyer''s own words; orderer only';
