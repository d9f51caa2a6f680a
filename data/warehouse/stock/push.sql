-- name: gather_inventory_levels
-- The levels the mall has to be told. What its own sales lowered
-- is among them and costs no write: reading shows that it stands right.
-- No movement has to say that its SKU is due: that its level's version is higher than
-- the one told proves it. A number that the mall did not come to show in `$patience`
-- calls backs off alone: a minute, doubled by each call after, an hour at most. Another
-- number is due at once: what has been sold out meanwhile may not wait for that hour.
-- in:  $mall, $shop_id, $safety (the shop's), $most_units (the mall's ceiling),
--      $full (told ones too), $at (NULL = nothing backs off), $patience (calls)
-- out: temporary table `inventory_levels`: listing, sku, level_seq, level, safety,
--      offered (the rule is data.model.stock.offered), expected (what the mall should
--      show, no more than it did when it was kept last; NULL = never verified), waiting,
--      due_since, is_kept (a person is waited for before it may be raised, and was when
--      it was looked at last), is_seen (no other number has been due since that look),
--      is_refused. What was not raised is due when nobody is waited for any more: an
--      order that is cancelled moves no stock
CREATE OR REPLACE TEMP TABLE inventory_levels AS
WITH told AS (
    SELECT manage_number, variant_id, state, level_seq, offered, planned_at
    FROM inventory_pushes
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND state <> 'superseded'
    QUALIFY row_number() OVER (
        PARTITION BY manage_number, variant_id
        ORDER BY planned_at DESC, level_seq DESC, push_id DESC
    ) = 1
),
offers AS (
    SELECT
        m.manage_number, m.variant_id, m.sku, m.mapped_at, s.set_at,
        l.level_seq, l.level,
        coalesce(s.safety, $safety)::BIGINT AS safety,
        least(greatest(l.level - coalesce(s.safety, $safety), 0), $most_units)::BIGINT
            AS offered,
        v.level_seq AS verified_seq, v.verified_at, v.found_after
    FROM sku_map AS m
    JOIN stock_levels AS l USING (sku)
    LEFT JOIN stock_settings AS s USING (mall, shop_id, manage_number, variant_id)
    LEFT JOIN inventory_verified AS v USING (mall, shop_id, manage_number, variant_id)
    WHERE m.mall = $mall
      AND m.shop_id = $shop_id
      AND m.variant_id <> ''
      AND l.is_counted
),
sold AS (
    SELECT l.manage_number, l.variant_id, sum(l.quantity) AS units
    FROM stock_lines AS l
    JOIN orders AS o USING (mall, shop_id, order_number)
    JOIN offers AS f USING (manage_number, variant_id)
    WHERE l.mall = $mall
      AND l.shop_id = $shop_id
      -- RMS tells the second in which an order was placed, not the moment
      AND o.ordered_at >= date_trunc('second', f.verified_at)
      AND NOT o.cancelled
    GROUP BY l.manage_number, l.variant_id
),
waiting AS (
    SELECT sku, sum(quantity) AS units
    FROM stock_holds
    GROUP BY sku
),
tried AS (
    SELECT
        p.manage_number, p.variant_id,
        max(p.sent_at) + least(
            INTERVAL 1 MINUTE * pow(2, least(count(*) - $patience, 6))::INTEGER,
            INTERVAL 1 HOUR
        ) AS again_at
    FROM inventory_pushes AS p
    JOIN offers AS o USING (manage_number, variant_id)
    WHERE p.mall = $mall
      AND p.shop_id = $shop_id
      AND p.sent_at IS NOT NULL
      AND p.offered = o.offered
      AND (o.verified_at IS NULL OR p.sent_at > o.verified_at)
    GROUP BY p.manage_number, p.variant_id
    HAVING count(*) >= $patience
),
moved AS (
    SELECT o.manage_number, o.variant_id, min(x.moved_at) AS since
    FROM offers AS o
    JOIN stock_movements AS x USING (sku)
    WHERE if(
        o.verified_seq IS NULL,
        x.kind IN ('count', 'receipt')  -- before them nothing was to be told
        OR (x.source = 'mapping' AND x.order_number IS NULL AND x.quantity > 0),
        x.seq > o.verified_seq
    )
    GROUP BY o.manage_number, o.variant_id
)
SELECT
    o.* EXCLUDE (mapped_at, set_at, verified_seq, verified_at, found_after),
    CASE  -- greatest() and least() pass over a NULL
        WHEN o.found_after IS NOT NULL
            THEN greatest(least(
                o.found_after - coalesce(d.units, 0),
                if(w.units > 0, h.found, NULL)  -- what it lacked then has been searched for
            ), 0)::BIGINT
    END AS expected,
    coalesce(w.units, 0)::BIGINT AS waiting,
    coalesce(
        x.since,
        if(o.mapped_at > o.verified_at, o.mapped_at, NULL),
        if(o.set_at > o.verified_at, o.set_at, NULL),
        if(t.state IN ('planned', 'sent', 'unknown'), t.planned_at, NULL)
    ) AS due_since,
    coalesce(w.units > 0 AND h.found < o.offered, false) AS is_kept,
    coalesce(h.offered = o.offered, false) AS is_seen,
    coalesce(t.state IN ('refused', 'unknown_sku'), false) AS is_refused
FROM offers AS o
LEFT JOIN told AS t USING (manage_number, variant_id)
LEFT JOIN sold AS d USING (manage_number, variant_id)
LEFT JOIN waiting AS w ON w.sku = o.sku
LEFT JOIN tried AS b USING (manage_number, variant_id)
LEFT JOIN moved AS x USING (manage_number, variant_id)
LEFT JOIN inventory_holds AS h
    ON h.mall = $mall AND h.shop_id = $shop_id
    AND h.manage_number = o.manage_number AND h.variant_id = o.variant_id
WHERE $full
   OR (
       coalesce(b.again_at <= $at::TIMESTAMPTZ, true)
       AND (
           t.state IS NULL
           OR t.state IN ('planned', 'sent', 'unknown')
           OR t.level_seq < o.level_seq
           OR t.offered <> o.offered
           OR (h.found IS NOT NULL AND w.units IS NULL)
       )
   );

-- name: list_inventory_levels
-- The levels the mall has to be told.
-- in:  temporary table `inventory_levels`
-- out: its columns but the last three, oldest due first
SELECT
    manage_number, variant_id, sku, level_seq, level, safety, offered, expected,
    waiting, due_since
FROM inventory_levels
ORDER BY due_since, manage_number, variant_id;

-- name: count_inventory_due
-- How many levels a push could tell now, and how long the oldest of those that RMS does
-- not refuse has been due. One that may not be raised is read again once another number is
-- due: the mall may show more by now, and that is lowered.
-- in:  temporary table `inventory_levels`
-- out: one row: levels, oldest (NULL = none), version (the latest of these levels, 0 = none)
SELECT
    count(*) FILTER (NOT (is_kept AND is_seen)) AS levels,
    min(due_since) FILTER (NOT is_kept AND NOT is_refused) AS oldest,
    coalesce(max(level_seq) FILTER (NOT (is_kept AND is_seen)), 0) AS version
FROM inventory_levels;

-- name: judge_inventory_levels
-- What becomes of each level that was read at the mall. It is held
-- while a call of its listing is under way, and when a push of it was sent or verified
-- after the reading was asked for: then the reading says nothing of the present. It is
-- kept where the mall shows fewer than it could, or has no stock of it at all, while a CSV
-- order of the SKU waits for a person: raising it would sell once more what that order has
-- taken. It is held as well where it would be raised while nobody has looked for unseen
-- sales.
-- in:  temporary table `inventory_levels`, view `inventory_found`, $mall, $shop_id,
--      $read_at, $lost_before, $may_raise
-- out: temporary table `inventory_plan`: the level, found, verdict send | verified | held |
--      kept
CREATE OR REPLACE TEMP TABLE inventory_plan AS
WITH touched AS (
    SELECT
        manage_number, variant_id,
        bool_or(
            (state = 'sent' AND sent_at > $lost_before)
            OR (sent_at IS NOT NULL AND sent_at >= $read_at)
            OR (verified_at IS NOT NULL AND verified_at > $read_at)
        ) AS is_held
    FROM inventory_pushes
    WHERE mall = $mall
      AND shop_id = $shop_id
    GROUP BY manage_number, variant_id
)
SELECT
    l.*,
    f.found,
    CASE
        WHEN t.is_held THEN 'held'
        WHEN f.found = l.offered THEN 'verified'
        WHEN l.waiting > 0 AND coalesce(f.found, 0) < l.offered THEN 'kept'
        WHEN NOT $may_raise AND coalesce(f.found, 0) < l.offered THEN 'held'
        ELSE 'send'
    END AS verdict
FROM inventory_levels AS l
JOIN inventory_found AS f USING (manage_number, variant_id)
LEFT JOIN touched AS t USING (manage_number, variant_id);

-- name: supersede_inventory_pushes
-- What is planned anew is not sent from an older plan.
-- in:  temporary table `inventory_plan`, $mall, $shop_id, $reason
-- out: rows of inventory_pushes; they stay, with the reason
UPDATE inventory_pushes AS p SET
    state  = 'superseded',
    reason = $reason
FROM inventory_plan AS n
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND p.manage_number = n.manage_number
  AND p.variant_id = n.variant_id
  AND p.state IN ('planned', 'sent', 'unknown')
  AND n.verdict <> 'held';

-- name: drop_inventory_holds
-- What was decided on anew is not held from an older plan.
-- in:  temporary table `inventory_plan`, $mall, $shop_id
-- out: rows of inventory_holds fewer
DELETE FROM inventory_holds AS h
USING inventory_plan AS n
WHERE h.mall = $mall
  AND h.shop_id = $shop_id
  AND h.manage_number = n.manage_number
  AND h.variant_id = n.variant_id
  AND n.verdict IN ('send', 'verified');

-- name: insert_inventory_holds
-- Listings that are not raised; one that was not before keeps its time. A mall that has no
-- stock of a listing shows 0 of it.
-- in:  temporary table `inventory_plan`, $mall, $shop_id, $planned_at
-- out: rows of inventory_holds
INSERT INTO inventory_holds BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, manage_number, variant_id, sku,
    offered, coalesce(found, 0) AS found, $planned_at::TIMESTAMPTZ AS held_since
FROM inventory_plan
WHERE verdict = 'kept'
ON CONFLICT DO UPDATE SET
    sku     = excluded.sku,
    offered = excluded.offered,
    found   = excluded.found;

-- name: insert_inventory_pushes
-- The intent, stored before the call; and what needs no call.
-- in:  temporary table `inventory_plan`, $mall, $shop_id, $run_id, $read_at, $planned_at
-- out: rows of inventory_pushes
INSERT INTO inventory_pushes BY NAME
SELECT
    concat_ws(
        '/', $run_id, $mall, $shop_id, manage_number, variant_id,
        1 + coalesce(b.pushes, 0)
    ) AS push_id,
    $run_id AS run_id,
    $mall AS mall, $shop_id AS shop_id, manage_number, variant_id,
    sku, level_seq, level, safety, offered,
    if(verdict = 'verified', 'verified', 'planned') AS state,
    expected AS expected_before,
    found AS found_before,
    if(verdict = 'verified', found, NULL) AS found_after,
    $planned_at::TIMESTAMPTZ AS planned_at,
    due_since,
    if(verdict = 'verified', $read_at::TIMESTAMPTZ, NULL) AS verified_at
FROM inventory_plan
LEFT JOIN (
    SELECT manage_number, variant_id, count(*) AS pushes
    FROM inventory_pushes
    WHERE mall = $mall AND shop_id = $shop_id AND run_id = $run_id
    GROUP BY manage_number, variant_id
) AS b USING (manage_number, variant_id)
WHERE verdict IN ('send', 'verified');

-- name: count_inventory_plan
-- Levels that need no call, those not raised, and those left for the next run.
-- in:  temporary table `inventory_plan`, `inventory_levels`
-- out: one row: verified, kept, held (those not read among them)
SELECT
    (SELECT count(*) FROM inventory_plan WHERE verdict = 'verified') AS verified,
    (SELECT count(*) FROM inventory_plan WHERE verdict = 'kept') AS kept,
    (SELECT count(*) FROM inventory_levels)
        - (SELECT count(*) FROM inventory_plan WHERE verdict <> 'held') AS held;

-- name: list_inventory_planned
-- What a run's plan is to send.
-- in:  temporary table `inventory_plan`, $mall, $shop_id, $run_id
-- out: push_id, manage_number, variant_id, sku, level_seq, offered; oldest due first
SELECT p.push_id, p.manage_number, p.variant_id, p.sku, p.level_seq, p.offered
FROM inventory_pushes AS p
SEMI JOIN (SELECT * FROM inventory_plan WHERE verdict = 'send') AS n
    ON n.manage_number = p.manage_number AND n.variant_id = p.variant_id
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND p.run_id = $run_id
  AND p.state = 'planned'
ORDER BY p.due_since, p.manage_number, p.variant_id;

-- name: start_inventory_pushes
-- The call is about to leave.
-- in:  $push_ids, $sent_at
-- out: push_id of those still planned; the others have been superseded
UPDATE inventory_pushes SET
    state   = 'sent',
    sent_at = $sent_at
WHERE list_contains($push_ids, push_id)
  AND state = 'planned'
RETURNING push_id;

-- name: end_inventory_pushes
-- What a call came to, other than a number that was read back.
-- in:  $push_ids, $state, $reason
-- out: rows of inventory_pushes that were under way
UPDATE inventory_pushes SET
    state  = $state,
    reason = $reason
WHERE list_contains($push_ids, push_id)
  AND state = 'sent';

-- name: list_inventory_sent
-- A run's pushes that left, and wait for the proof.
-- in:  $mall, $shop_id, $run_id
-- out: push_id, manage_number, variant_id, offered, found_before
SELECT push_id, manage_number, variant_id, offered, found_before
FROM inventory_pushes
WHERE mall = $mall
  AND shop_id = $shop_id
  AND run_id = $run_id
  AND sent_at IS NOT NULL
  AND state IN ('sent', 'unknown')
ORDER BY push_id;

-- name: verify_inventory_pushes
-- What the mall shows after a push.
-- in:  view `inventory_judged` (push_id, state, reason, found_after), $read_at
-- out: rows of inventory_pushes
UPDATE inventory_pushes AS p SET
    state       = j.state,
    reason      = j.reason,
    found_after = j.found_after,
    verified_at = if(j.state = 'verified', $read_at, NULL)
FROM inventory_judged AS j
WHERE p.push_id = j.push_id;

-- name: list_inventory_latest
-- How the latest push of each listing stands.
-- in:  $mall, $shop_id, $run_id
-- out: manage_number, variant_id, sku, offered, found_before, found_after, state, reason,
--      was_sent (spent a write), is_of_run (this run planned it)
SELECT
    manage_number, variant_id, sku, offered, found_before, found_after, state, reason,
    sent_at IS NOT NULL AS was_sent,
    run_id = $run_id AS is_of_run
FROM inventory_pushes
WHERE mall = $mall
  AND shop_id = $shop_id
  AND state <> 'superseded'
QUALIFY row_number() OVER (
    PARTITION BY manage_number, variant_id
    ORDER BY planned_at DESC, level_seq DESC, push_id DESC
) = 1
ORDER BY manage_number, variant_id;

-- name: list_inventory_holds
-- Listings that the last push did not raise, and whose CSV orders still wait.
-- in:  $mall, $shop_id
-- out: manage_number, variant_id, sku, offered, found
SELECT manage_number, variant_id, sku, offered, found
FROM inventory_holds
SEMI JOIN stock_holds USING (sku)
WHERE mall = $mall
  AND shop_id = $shop_id
ORDER BY manage_number, variant_id;
