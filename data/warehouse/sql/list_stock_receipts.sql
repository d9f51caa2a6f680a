-- list_stock_receipts: what becomes of each SKU of the file.
-- in:  temporary tables `stock_moves`, planned, and `stock_skus`
-- out: sku, units that come in (0: nothing new), is_older (a later count saw them, so the
--      level stays), is_uncounted (no count says what stood there before)
SELECT
    s.sku,
    coalesce(m.quantity, 0) AS units,
    coalesce(m.effective_at <= k.counted_at, false) AS is_older,
    coalesce(k.source, 'emptied') = 'emptied' AS is_uncounted
FROM (SELECT DISTINCT sku FROM stock_skus) AS s
LEFT JOIN stock_moves AS m USING (sku)
LEFT JOIN stock_counted AS k USING (sku)
ORDER BY s.sku;
