-- move_sightings: remember the latest request that saw the present content.
-- in:  temporary table `judged`
-- out: rows of order_sightings; seen_at never goes back
INSERT INTO order_sightings BY NAME
SELECT mall, shop_id, order_number, max(observed_at) AS seen_at
FROM judged
WHERE verdict <> 'stale'
GROUP BY mall, shop_id, order_number
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    seen_at = excluded.seen_at
WHERE excluded.seen_at > order_sightings.seen_at;
