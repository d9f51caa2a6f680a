-- name: list_known_mails
-- The mail addresses of orderers, with who has them; personal data.
-- in:  $numbers
-- out: mall, shop_id, order_number, family_name, first_name, phone, email
SELECT mall, shop_id, order_number, family_name, first_name, phone, email
FROM order_people
WHERE role = 'orderer'
  AND email IS NOT NULL
  AND list_contains($numbers::VARCHAR[], order_number);

-- name: judge_snapshots
-- Classify each snapshot as created, changed, unchanged or stale (docs/rules.md 6.1).
-- The rule for one snapshot is data.model.order.judge_snapshot.
-- in:  view `incoming` (position, mall, shop_id, order_number, observed_at,
--      mall_status, content_hash), any number of snapshots per order
-- out: temporary table `judged`: position, mall, shop_id, order_number, observed_at,
--      verdict created|changed|unchanged|stale, and whether the snapshot's mall_status
--      is another one than that of the order's row
CREATE OR REPLACE TEMP TABLE judged AS
WITH known AS (
    SELECT
        i.position, i.mall, i.shop_id, i.order_number, i.observed_at, i.content_hash,
        o.content_hash AS present_hash,
        i.mall_status IS DISTINCT FROM o.mall_status AS is_other_status,
        -- The guard: what was asked for before the present content was last seen
        -- is older than it, even if it arrives later.
        coalesce(i.observed_at <= coalesce(s.seen_at, o.observed_at), false) AS is_late,
        -- Of two contents asked for at the same instant the first one stays.
        i.content_hash = first_value(i.content_hash) OVER (
            PARTITION BY i.mall, i.shop_id, i.order_number, i.observed_at
            ORDER BY i.position
        ) AS is_first
    FROM incoming AS i
    LEFT JOIN orders AS o USING (mall, shop_id, order_number)
    LEFT JOIN order_sightings AS s USING (mall, shop_id, order_number)
),
ordered AS (
    SELECT
        *,
        coalesce(
            lag(CASE WHEN is_first AND NOT is_late THEN content_hash END IGNORE NULLS) OVER (
                PARTITION BY mall, shop_id, order_number
                ORDER BY observed_at, position
            ),
            present_hash
        ) AS hash_before
    FROM known
)
SELECT
    position, mall, shop_id, order_number, observed_at, is_other_status,
    CASE
        WHEN is_late AND content_hash = present_hash THEN 'unchanged'
        WHEN is_late OR NOT is_first THEN 'stale'
        WHEN hash_before IS NULL THEN 'created'
        WHEN hash_before = content_hash THEN 'unchanged'
        ELSE 'changed'
    END AS verdict
FROM ordered;

-- name: judge_answers
-- An answer read before still shows the present content, unless another
-- run stored another content meanwhile.
-- in:  view `incoming` (position, mall, shop_id, order_number, observed_at, answer_hash)
-- out: temporary table `judged`, as by judge_snapshots, verdict unchanged|stale
CREATE OR REPLACE TEMP TABLE judged AS
SELECT
    i.position, i.mall, i.shop_id, i.order_number, i.observed_at,
    false AS is_other_status,
    CASE
        WHEN sha256(getvariable('people_key') || i.answer_hash) = s.answer_hash
            THEN 'unchanged'
        ELSE 'stale'
    END AS verdict
FROM incoming AS i
LEFT JOIN order_sightings AS s USING (mall, shop_id, order_number);

-- name: count_verdicts
-- What became of the batch.
-- in:  temporary table `judged`
-- out: one row: created, changed, unchanged, stale
SELECT
    count(*) FILTER (WHERE verdict = 'created')   AS created,
    count(*) FILTER (WHERE verdict = 'changed')   AS changed,
    count(*) FILTER (WHERE verdict = 'unchanged') AS unchanged,
    count(*) FILTER (WHERE verdict = 'stale')     AS stale
FROM judged;

-- name: log_contents
-- Keep every content that became an order's present one.
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

-- name: move_sightings
-- Remember the latest request that saw the present content, and by
-- what answer the mall showed it.
-- in:  view `incoming` (position, answer_hash), temporary table `judged`
-- out: rows of order_sightings; seen_at never goes back
INSERT INTO order_sightings BY NAME
SELECT
    j.mall, j.shop_id, j.order_number,
    max(j.observed_at) AS seen_at,
    max_by(
        sha256(getvariable('people_key') || i.answer_hash), j.observed_at
    ) AS answer_hash
FROM judged AS j
JOIN incoming AS i USING (position)
WHERE j.verdict <> 'stale'
GROUP BY j.mall, j.shop_id, j.order_number
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    seen_at = excluded.seen_at,
    answer_hash = excluded.answer_hash
WHERE excluded.seen_at > order_sightings.seen_at;
