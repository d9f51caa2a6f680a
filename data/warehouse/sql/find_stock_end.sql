-- find_stock_end: the last place in the ledger.
-- out: one number, 0 while it is empty
SELECT coalesce(max(seq), 0)
FROM stock_movements;
