-- judge_snapshots: say of each snapshot what storing it means (design: rule 6.1).
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
