-- insert_stock_counts: book counts. A count says what stood there at its moment: the
-- level becomes that number and whatever took effect after it.
-- in:  temporary table `stock_counts` (sku, counted, counted_at and the cause), one row
--      per SKU, none older than the latest count known
-- out: rows of stock_movements, also where nothing differs: the count was made
INSERT INTO stock_movements BY NAME
SELECT
    (SELECT coalesce(max(seq), 0) FROM stock_movements)
        + row_number() OVER (ORDER BY c.sku) AS seq,
    concat_ws('/', 'counted', c.source, c.cause_id, c.sku) AS movement_id,
    c.sku,
    (
        c.counted - coalesce((
            SELECT sum(m.quantity)
            FROM stock_movements AS m
            WHERE m.sku = c.sku
              AND (m.kind = 'count' OR m.effective_at <= c.counted_at)
        ), 0)
    )::BIGINT AS quantity,
    'count' AS kind,
    c.source,
    c.counted,
    c.cause_id, c.who, c.note,
    c.counted_at AS effective_at,
    c.moved_at
FROM stock_counts AS c;
