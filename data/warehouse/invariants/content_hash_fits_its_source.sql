-- content_hash_fits_its_source: the form of an order's hash and the column that says
-- whose word its content is agree.
-- out: broken, one row per order
SELECT concat_ws(' ', mall, shop_id, order_number) AS broken
FROM orders
WHERE content_source <> CASE
    WHEN content_hash = '' THEN 'csv_created'
    WHEN starts_with(content_hash, 'csv:') THEN 'csv_changed'
    ELSE 'api'
END;
