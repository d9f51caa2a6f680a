-- log_contents: keep every content that became an order's present one.
-- in:  view `incoming`, temporary table `judged`, $source, $stored_at, $load_id
-- out: rows of order_log, oldest first
INSERT INTO order_log BY NAME
SELECT
    j.mall, j.shop_id, j.order_number, j.observed_at,
    $source AS source,
    i.content_hash,
    i.content,
    $stored_at AS logged_at,
    $load_id AS load_id
FROM judged AS j
JOIN incoming AS i USING (position)
WHERE j.verdict IN ('created', 'changed')
ORDER BY j.observed_at, j.position;
