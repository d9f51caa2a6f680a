-- inventory_versions_rise: an older level was never sent after a newer one, and at
-- most one push of a listing is open.
-- out: broken, one row per push or listing
SELECT push_id AS broken
FROM (
    SELECT
        push_id, level_seq,
        max(level_seq) OVER (
            PARTITION BY mall, shop_id, manage_number, variant_id
            ORDER BY sent_at, planned_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS seq_before
    FROM inventory_pushes
    WHERE sent_at IS NOT NULL
)
WHERE level_seq < seq_before
UNION ALL
SELECT concat_ws(' ', mall, shop_id, manage_number, variant_id)
FROM inventory_pushes
WHERE state IN ('planned', 'sent')
GROUP BY mall, shop_id, manage_number, variant_id
HAVING count(*) > 1;
