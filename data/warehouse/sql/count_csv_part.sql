-- count_csv_part: how many orders of a part are new and known.
-- in:  temporary table `csv_orders`, $part
-- out: one row: new, known
SELECT
    count(*) FILTER (WHERE NOT is_known) AS new,
    count(*) FILTER (WHERE is_known) AS known
FROM csv_orders
WHERE part = $part;
