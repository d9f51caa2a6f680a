-- stock_follows_counts: the level of a counted SKU is what was counted last and
-- whatever took effect after it; where its stock went away, nothing was left.
-- out: broken, one row per SKU
SELECT c.sku AS broken
FROM stock_counted AS c
JOIN stock_movements AS m USING (sku)
WHERE c.source <> 'emptied'
   OR m.seq <= c.seq
GROUP BY c.sku, c.counted
HAVING sum(m.quantity) <> c.counted + coalesce(
    sum(m.quantity) FILTER (m.kind <> 'count' AND m.effective_at > c.counted_at), 0
);
