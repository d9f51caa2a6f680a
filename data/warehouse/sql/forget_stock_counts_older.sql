-- forget_stock_counts_older: an older count never overwrites a later one.
-- in:  temporary table `stock_counts`
-- out: rows gone from it
DELETE FROM stock_counts
WHERE is_older;
