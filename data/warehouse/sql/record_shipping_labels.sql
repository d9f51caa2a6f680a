-- record_shipping_labels: labels were written to a file.
-- in:  view `label_packages` (order_number, basket_id, short_key), $mall, $shop_id,
--      $carrier, $exported_at
-- out: rows of shipping_labels
INSERT OR REPLACE INTO shipping_labels BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, order_number, basket_id, short_key,
    $carrier AS carrier, $exported_at::TIMESTAMPTZ AS exported_at
FROM label_packages;
