-- list_inventory_levels: the levels the mall has to be told.
-- in:  temporary table `inventory_levels`
-- out: its columns, in the order of the listings
SELECT
    manage_number, variant_id, sku, level_seq, level, safety, offered, expected, waiting
FROM inventory_levels
ORDER BY manage_number, variant_id;
