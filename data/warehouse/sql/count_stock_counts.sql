-- count_stock_counts: how many SKUs a count moved, and how many stood as counted.
-- in:  $cause_id
-- out: one row: moved, equal
SELECT
    count(*) FILTER (quantity <> 0) AS moved,
    count(*) FILTER (quantity = 0) AS equal
FROM stock_movements
WHERE cause_id = $cause_id
  AND source = 'count'
  AND counted IS NOT NULL;
