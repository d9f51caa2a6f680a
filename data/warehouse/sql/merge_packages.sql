-- merge_packages: write the packages of new and changed orders.
-- in:  temporary table `written`
-- out: rows of order_packages
MERGE INTO order_packages
USING (
    SELECT
        mall, shop_id, order_number,
        p.basket_id, p.zip, p.prefecture, p.noshi,
        p.postage_total, p.cod_fee, p.goods_total, p.package_total,
        p.default_carrier_code, p.drop_off_location, p.pickup_store,
        p.gift_address_given, p.gift_address_due, p.shipping_rows
    FROM (
        SELECT mall, shop_id, order_number, unnest(body.packages) AS p
        FROM written
    )
) AS packages USING (mall, shop_id, order_number, basket_id)
WHEN MATCHED THEN UPDATE BY NAME
WHEN NOT MATCHED THEN INSERT BY NAME;
