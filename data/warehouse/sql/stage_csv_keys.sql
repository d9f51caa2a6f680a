-- stage_csv_keys: note what tells the rows of a chunk apart.
-- in:  view `csv_shown` (keys and hashes, data.warehouse.order_file_rows), $chunk, $shop_id
-- out: rows of `csv_keys`; a file that does not show the shop is of the given one
INSERT INTO csv_keys BY NAME
SELECT
    $chunk AS chunk,
    row_number,
    coalesce(shop_id, $shop_id) AS shop_id,
    order_number, basket_id, line_id, order_hash, basket_hash, line_hash, is_fixed
FROM csv_shown;
