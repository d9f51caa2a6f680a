-- list_csv_speaking: which rows of a part speak for what.
-- in:  temporary tables `csv_lines`, `csv_baskets`, $part
-- out: row_number (each speaks for its line), copies, speaks_for_order,
--      speaks_for_basket, is_known (the order), is_fixed (all its amounts are)
SELECT
    l.last_row AS row_number,
    l.copies::INTEGER AS copies,
    l.last_row = l.order_row AS speaks_for_order,
    b.last_row IS NOT NULL AS speaks_for_basket,
    l.is_known,
    l.amounts_fixed AS is_fixed
FROM csv_lines AS l
LEFT JOIN csv_baskets AS b ON b.last_row = l.last_row
WHERE l.part = $part;
