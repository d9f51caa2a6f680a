-- move_sightings: remember the latest request that saw the present content, and by
-- what answer the mall showed it.
-- in:  view `incoming` (position, answer_hash), temporary table `judged`
-- out: rows of order_sightings; seen_at never goes back
INSERT INTO order_sightings BY NAME
SELECT
    j.mall, j.shop_id, j.order_number,
    max(j.observed_at) AS seen_at,
    max_by(i.answer_hash, j.observed_at) AS answer_hash
FROM judged AS j
JOIN incoming AS i USING (position)
WHERE j.verdict <> 'stale'
GROUP BY j.mall, j.shop_id, j.order_number
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    seen_at = excluded.seen_at,
    answer_hash = excluded.answer_hash
WHERE excluded.seen_at > order_sightings.seen_at;
