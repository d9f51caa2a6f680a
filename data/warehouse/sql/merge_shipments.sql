-- merge_shipments: write the parcels of a file that are new or changed.
-- in:  temporary table `judged_shipments`, $mall, $shop_id, $import_id, $imported_at
-- out: rows of shipments; what is known of earlier reports stays
MERGE INTO shipments
USING (
    SELECT
        $mall AS mall, $shop_id AS shop_id,
        order_number, basket_id, tracking_number, carrier_code, shipping_date,
        state, shipping_detail_id, replaces
    FROM judged_shipments
    WHERE verdict <> 'unchanged'
) AS new USING (mall, shop_id, order_number, basket_id, tracking_number)
WHEN MATCHED THEN UPDATE SET
    carrier_code = new.carrier_code,
    shipping_date = new.shipping_date,
    state = new.state,
    reason = NULL,
    shipping_detail_id = new.shipping_detail_id,
    replaces = new.replaces,
    import_id = $import_id,
    changed_at = $imported_at
WHEN NOT MATCHED THEN INSERT (
    mall, shop_id, order_number, basket_id, tracking_number, carrier_code,
    shipping_date, state, shipping_detail_id, replaces, import_id, imported_at,
    changed_at
) VALUES (
    new.mall, new.shop_id, new.order_number, new.basket_id, new.tracking_number,
    new.carrier_code, new.shipping_date, new.state, new.shipping_detail_id,
    new.replaces, $import_id, $imported_at, $imported_at
);
