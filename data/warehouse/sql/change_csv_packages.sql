-- change_csv_packages: what the packages of a part's known orders become, where that
-- differs or is new.
-- in:  views `csv_speaking`, `csv_clears`, $mall, $shop_id
-- out: temporary table `csv_changed_packages`, as columns of order_packages
CREATE OR REPLACE TEMP TABLE csv_changed_packages AS
SELECT
    $mall AS mall, $shop_id AS shop_id, r.order_number, r.basket_id,
    if(c.recipient_zip, r.recipient_zip, coalesce(r.recipient_zip, o.zip)) AS zip,
    if(c.recipient_prefecture, r.recipient_prefecture, coalesce(r.recipient_prefecture, o.prefecture)) AS prefecture,
    if(c.noshi, r.noshi, coalesce(r.noshi, o.noshi)) AS noshi,
    if(c.package_postage_total, r.package_postage_total, coalesce(r.package_postage_total, o.postage_total)) AS postage_total,
    if(c.package_cod_fee, r.package_cod_fee, coalesce(r.package_cod_fee, o.cod_fee)) AS cod_fee,
    if(c.package_goods_total, r.package_goods_total, coalesce(r.package_goods_total, o.goods_total)) AS goods_total,
    if(c.package_total, r.package_total, coalesce(r.package_total, o.package_total)) AS package_total,
    if(c.default_carrier_code, r.default_carrier_code, coalesce(r.default_carrier_code, o.default_carrier_code)) AS default_carrier_code,
    if(c.tracking_number, r.tracking_number, coalesce(r.tracking_number, o.tracking_number)) AS tracking_number,
    if(c.shipping_date, r.shipping_date, coalesce(r.shipping_date, o.shipping_date)) AS shipping_date
FROM csv_speaking AS r
LEFT JOIN order_packages AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = r.order_number
    AND o.basket_id = r.basket_id
CROSS JOIN csv_clears AS c
WHERE r.speaks_for_basket
  AND r.is_known
EXCEPT
SELECT
    mall, shop_id, order_number, basket_id,
    zip, prefecture, noshi, postage_total, cod_fee, goods_total, package_total,
    default_carrier_code, tracking_number, shipping_date
FROM order_packages
WHERE mall = $mall
  AND shop_id = $shop_id;
