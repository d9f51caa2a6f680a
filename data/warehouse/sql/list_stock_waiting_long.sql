-- list_stock_waiting_long: shops where lines have waited for a person since before then.
-- in:  $before
-- out: mall, shop_id, lines, since (when the first of them was imported)
SELECT mall, shop_id, count(*) AS lines, min(imported_at) AS since
FROM manual_stock_adjustments
WHERE imported_at < $before
GROUP BY mall, shop_id
ORDER BY mall, shop_id;
