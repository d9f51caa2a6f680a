-- stock_movements_are_in_order: each movement has its own place in the ledger.
-- out: broken, one row per place taken twice
SELECT seq::VARCHAR AS broken
FROM stock_movements
GROUP BY seq
HAVING count(*) > 1;
