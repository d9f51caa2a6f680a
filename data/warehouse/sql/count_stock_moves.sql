-- count_stock_moves: what the planned movements come to.
-- in:  temporary table `stock_moves`
-- out: one row: lines reserved, lines given back, SKUs moved
SELECT
    count(*) FILTER (kind = 'order') AS reserved,
    count(*) FILTER (kind = 'cancellation') AS given_back,
    count(DISTINCT sku) AS skus
FROM stock_moves;
