-- insert_stock_moves: book the planned movements.
-- in:  temporary table `stock_moves`
-- out: rows of stock_movements. A movement that was booked before breaks its key: then
--      nothing of the transaction stands
INSERT INTO stock_movements BY NAME
SELECT
    (SELECT coalesce(max(seq), 0) FROM stock_movements)
        + row_number() OVER (ORDER BY movement_id) AS seq,
    *
FROM stock_moves;
