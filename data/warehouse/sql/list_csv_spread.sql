-- list_csv_spread: the rows of one part of the orders that lay in several chunks.
-- in:  temporary tables `csv_spread`, `csv_orders`, $part
-- out: every cell, in file order
SELECT s.*
FROM csv_spread AS s
SEMI JOIN (
    SELECT order_number FROM csv_orders WHERE part = $part
) AS o ON o.order_number = s.order_number
ORDER BY s.row_number;
