-- insert_csv_packages: write the packages of a part's new orders.
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
