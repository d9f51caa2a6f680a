-- name: find_sku_of
-- The SKU that a person names: by a listing of the shop, else by its own name. A listing
-- that was mapped to another SKU has left its name to one that sells no more.
-- in:  $mall, $shop_id, $sku, $manage_number, $variant_id
-- out: sku
SELECT sku
FROM (
    SELECT sku, 1 AS place
    FROM sku_map
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND manage_number = lower($manage_number)
      AND variant_id = $variant_id
    UNION ALL
    SELECT sku, 2 FROM stock_movements WHERE sku = $sku
)
ORDER BY place
LIMIT 1;

-- name: find_lines_taken_out
-- The lines that moved the SKU's stock and are in their orders no more, as the log had them
-- last: staff take out what is not there, and the rest of the order goes on.
-- in:  $sku
-- out: temporary table `lines_taken_out`, as rows of stock_lines without pieces
CREATE OR REPLACE TEMP TABLE lines_taken_out AS
WITH gone AS (
    SELECT DISTINCT mall, shop_id, order_number, line_id
    FROM stock_movements
    ANTI JOIN order_lines USING (mall, shop_id, order_number, line_id)
    WHERE sku = $sku
      AND order_number IS NOT NULL
),
logged AS (
    SELECT
        mall, shop_id, order_number, observed_at,
        unnest(flatten(from_json(content -> '$.packages[*].lines', '[[{
            "line_id": "VARCHAR",
            "manage_number": "VARCHAR",
            "variant_id": "VARCHAR",
            "sku": "VARCHAR"
        }]]')), recursive := true)
    FROM order_log
    SEMI JOIN gone USING (mall, shop_id, order_number)
)
SELECT
    mall, shop_id, order_number, line_id,
    arg_max(coalesce(nullif(lower(manage_number), ''), sku), observed_at) AS manage_number,
    arg_max(coalesce(variant_id, ''), observed_at) AS variant_id,
    0 AS quantity
FROM logged
SEMI JOIN gone USING (mall, shop_id, order_number, line_id)
GROUP BY ALL;

-- name: show_lines_ever
-- Whose listing each line is, those taken out included.
-- in:  temporary table `lines_taken_out`
-- out: temporary view `lines_ever`, with columns of stock_lines
CREATE OR REPLACE TEMP VIEW lines_ever AS
SELECT mall, shop_id, order_number, line_id, manage_number, variant_id, quantity
FROM stock_lines
UNION ALL
SELECT mall, shop_id, order_number, line_id, manage_number, variant_id, quantity
FROM lines_taken_out;

-- name: find_oversale
-- The last sale that took the SKU below zero, by when each movement took effect; where
-- none did, its last sale. Its listing, and what that had been proven to show. What there
-- was is what was counted last and what took effect after it: nobody knows it before the
-- first count or receipt, and an older order that came in late has not lowered it. Counts of
-- before its stock went to another SKU are none of what it sells now. Its listing sold what
-- was bought, not what came to an order later; an order that was cancelled gave back when the
-- mall settled it, and pieces taken off one at a time that nobody knows, before we saw it.
-- in:  temporary view `lines_ever`, $sku, $at
-- out: mall, shop_id, order_number, manage_number, variant_id, sold_at, units, level (after
--      it), verified, verified_at, verified_seq (-1: never), sold, given
WITH moved AS (
    SELECT
        *,
        count(counted) OVER by_effect AS nth_count,
        coalesce(sum(quantity) FILTER (
            kind = 'receipt'
            OR (kind = 'adjustment' AND source = 'mapping' AND order_number IS NULL)
        ) OVER by_effect, 0) AS received
    FROM stock_movements
    WHERE sku = $sku
      AND effective_at <= $at
      AND (kind <> 'count' OR seq > coalesce((
          SELECT max(e.seq)
          FROM stock_movements AS e
          WHERE e.sku = $sku AND e.source = 'emptied'
      ), 0))
    WINDOW by_effect AS (ORDER BY effective_at, kind = 'count', seq)
),
running AS (
    SELECT
        mall, shop_id, order_number, line_id, kind, seq, quantity, effective_at,
        nth_count > 0 OR received > 0 AS is_known,
        coalesce(max(counted) OVER of_count, 0)
            + coalesce(sum(quantity) FILTER (kind <> 'count') OVER (
                of_count ORDER BY effective_at, kind = 'count', seq
            ), 0) AS level
    FROM moved
    WINDOW of_count AS (PARTITION BY nth_count)
),
sale AS (
    SELECT r.*, l.manage_number, l.variant_id
    FROM running AS r
    JOIN lines_ever AS l USING (mall, shop_id, order_number, line_id)
    WHERE r.kind = 'order'
    ORDER BY
        (r.is_known AND r.level < 0 AND r.level - r.quantity >= 0) DESC,
        r.effective_at DESC, r.seq DESC
    LIMIT 1
),
told AS (
    SELECT p.found_after, p.verified_at, p.level_seq
    FROM inventory_pushes AS p
    JOIN sale AS s USING (mall, shop_id, manage_number, variant_id)
    WHERE p.verified_at <= s.effective_at
    ORDER BY p.verified_at DESC, p.level_seq DESC
    LIMIT 1
),
booked AS (
    SELECT
        m.mall, m.shop_id, m.order_number, m.line_id,
        arg_min(-m.quantity, m.seq) FILTER (m.kind = 'order') AS bought,
        sum(m.quantity) FILTER (
            m.kind = 'cancellation' AND m.effective_at > t.verified_at
        ) AS taken_off
    FROM stock_movements AS m
    JOIN told AS t ON true
    WHERE m.source = 'api'
    GROUP BY ALL
),
own AS (
    SELECT
        sum(least(l.quantity, coalesce(b.bought, l.quantity))) FILTER (
            o.ordered_at > t.verified_at AND o.ordered_at <= s.effective_at
        ) AS sold,
        coalesce(sum(l.quantity) FILTER (
            o.cancelled
            AND coalesce(o.settled_at, o.observed_at) >= t.verified_at
            AND coalesce(o.settled_at <= s.effective_at, true)
        ), 0) + coalesce(sum(b.taken_off) FILTER (
            NOT o.cancelled AND o.ordered_at <= t.verified_at
        ), 0) AS given
    FROM sale AS s
    JOIN lines_ever AS l USING (mall, shop_id, manage_number, variant_id)
    JOIN (
        SELECT
            mall, shop_id, order_number, stock_policy, cancelled, ordered_at, observed_at,
            coalesce(list_max([
                one.settled_at FOR one IN changes IF one.kind IN (1, 2)  -- settled, done
            ]), cancelled_at) AS settled_at
        FROM orders
    ) AS o
        ON o.mall = l.mall AND o.shop_id = l.shop_id
        AND o.order_number = l.order_number
    JOIN told AS t ON true
    LEFT JOIN booked AS b
        ON b.mall = l.mall AND b.shop_id = l.shop_id
        AND b.order_number = l.order_number AND b.line_id = l.line_id
    WHERE o.stock_policy = 'auto'
)
SELECT
    s.mall, s.shop_id, s.order_number, s.manage_number, s.variant_id,
    s.effective_at AS sold_at,
    -s.quantity AS units,
    s.level,
    t.found_after AS verified,
    t.verified_at,
    coalesce(t.level_seq, -1) AS verified_seq,
    coalesce(w.sold, 0)::BIGINT AS sold,
    coalesce(w.given, 0)::BIGINT AS given
FROM sale AS s
LEFT JOIN told AS t ON true
LEFT JOIN own AS w ON true;

-- name: list_untold
-- What had gone before the sale, elsewhere than at its listing, and was not in the level
-- that the listing showed; pieces that a count missed are gone since it. An order that a count of
-- before the sale had seen was in that level, however late it came in. What was booked anew
-- under another SKU has been known since it was booked first.
-- in:  temporary view `lines_ever`, $sku, $mall, $shop_id, $manage_number, $variant_id,
--      $sold_at, $verified_seq
-- out: kind, mall, shop_id, order_number, units, gone_at, known_at, seq, noticed_at (of the
--      order's first notice)
SELECT
    m.kind, m.mall, m.shop_id, m.order_number,
    -m.quantity AS units,
    m.effective_at AS gone_at,
    coalesce(f.moved_at, m.moved_at) AS known_at,
    coalesce(f.seq, m.seq) AS seq,
    (
        SELECT min(n.received_at)
        FROM notices AS n
        WHERE n.mall = m.mall
          AND n.shop_id = m.shop_id
          AND n.order_number = m.order_number
          AND n.kind = 'order'
    ) AS noticed_at
FROM stock_movements AS m
LEFT JOIN lines_ever AS l USING (mall, shop_id, order_number, line_id)
LEFT JOIN (
    SELECT
        mall, shop_id, order_number, line_id, kind, effective_at,
        min(seq) AS seq, min(moved_at) AS moved_at,
        arg_min(movement_id, seq) AS movement_id
    FROM stock_movements
    WHERE source IN ('api', 'person')
      AND order_number IS NOT NULL
    GROUP BY ALL
) AS f
    ON m.source = 'mapping'
    AND f.mall = m.mall AND f.shop_id = m.shop_id
    AND f.order_number = m.order_number AND f.line_id = m.line_id
    AND f.kind = m.kind AND f.effective_at = m.effective_at
WHERE m.sku = $sku
  AND m.quantity < 0
  AND (m.kind <> 'count' OR (m.counted IS NOT NULL AND m.source = 'count'))
  AND coalesce(f.seq, m.seq) > $verified_seq
  AND m.effective_at <= $sold_at
  AND NOT EXISTS (
      SELECT 1
      FROM stock_movements AS c  -- correct_stock_counts
      WHERE c.movement_id IN (
          concat(m.movement_id, '/counted'), concat(f.movement_id, '/counted')
      )
        AND c.effective_at <= $sold_at
  )
  AND NOT coalesce(
      m.mall = $mall AND m.shop_id = $shop_id
      AND l.manage_number = $manage_number AND l.variant_id = $variant_id,
      false
  )
ORDER BY gone_at, seq;

-- name: list_tried_pushes
-- Pushes of the listing that were planned before the sale and not proven before it.
-- in:  $mall, $shop_id, $manage_number, $variant_id, $sold_at, $verified_at (NULL: never)
-- out: state, level_seq, offered, planned_at, sent_at, verified_at
SELECT state, level_seq, offered, planned_at, sent_at, verified_at
FROM inventory_pushes
WHERE mall = $mall
  AND shop_id = $shop_id
  AND manage_number = $manage_number
  AND variant_id = $variant_id
  AND planned_at <= $sold_at
  AND coalesce(planned_at > $verified_at::TIMESTAMPTZ, true)
  AND coalesce(verified_at > $sold_at, true)
ORDER BY planned_at, push_id;

-- name: list_troubles
-- Calls without a usable answer, of every shop.
-- in:  $since, $until
-- out: mall, shop_id, function_name, kind, first_at, last_at
SELECT mall, shop_id, function_name, kind, first_at, last_at
FROM rms_troubles
WHERE first_at <= $until
  AND last_at >= $since
ORDER BY first_at, function_name;

-- name: count_waiting_pieces
-- Pieces of orders created by CSV that no level knew of when the sale was made: nobody
-- had adjusted them, and no count after them saw them gone. An order that was cancelled or
-- refunded after the sale, perhaps because of it, had waited until then.
-- in:  $sku, $sold_at
-- out: one row: units, since (NULL: none)
SELECT coalesce(sum(s.quantity), 0)::BIGINT AS units, min(o.ordered_at) AS since
FROM stock_lines AS s
JOIN order_lines AS l USING (mall, shop_id, order_number, line_id)
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN orders_by_hand AS h USING (mall, shop_id, order_number)
LEFT JOIN (
    SELECT mall, shop_id, order_number, max(ended_at) AS ended_at
    FROM order_status_log
    GROUP BY mall, shop_id, order_number
) AS e USING (mall, shop_id, order_number)
WHERE s.sku = $sku
  AND o.stock_policy = 'manual'
  AND (h.mall IS NOT NULL OR coalesce(o.cancelled_at, e.ended_at) > $sold_at)
  AND coalesce(o.ordered_at, o.imported_at) <= $sold_at
  AND coalesce(l.stock_adjusted_at > $sold_at, true)
  AND NOT EXISTS (
      SELECT 1
      FROM stock_movements AS m
      WHERE m.sku = $sku
        AND m.counted IS NOT NULL
        AND m.effective_at <= $sold_at
        AND m.effective_at > coalesce(h.placed_by, o.ordered_at, o.imported_at)
  );

-- name: find_recount
-- The first count after the sale that found fewer pieces than the ledger had.
-- in:  $sku, $sold_at
-- out: one moment, NULL without one
SELECT min(effective_at)
FROM stock_movements
WHERE sku = $sku
  AND counted IS NOT NULL
  AND source = 'count'
  AND quantity < 0
  AND effective_at > $sold_at;

-- name: find_link
-- What the shop had set of its stock link at that moment.
-- in:  $mall, $shop_id, $sold_at
-- out: is_on, silent_hours
SELECT is_on, silent_hours
FROM stock_links
WHERE mall = $mall
  AND shop_id = $shop_id
  AND since <= $sold_at
ORDER BY since DESC
LIMIT 1;

-- name: list_sku_events
-- What happened to a SKU, in the order in which it happened.
-- in:  $sku, $since, $until
-- out: happened_at, kind, mall, shop_id, order_number, units, what
WITH listed AS (
    SELECT mall, shop_id, manage_number, variant_id FROM sku_map WHERE sku = $sku
),
moved AS (
    SELECT m.*, n.received_at, n.settled_at
    FROM stock_movements AS m
    LEFT JOIN (
        SELECT
            mall, shop_id, order_number,
            min(received_at) AS received_at,
            min(settled_at) AS settled_at
        FROM notices
        WHERE kind = 'order'
        GROUP BY ALL
    ) AS n USING (mall, shop_id, order_number)
    WHERE m.sku = $sku
),
pushed AS (
    SELECT p.* FROM inventory_pushes AS p JOIN listed USING (mall, shop_id, manage_number, variant_id)
),
events AS (
    SELECT
        effective_at AS happened_at, if(kind = 'order', 'sold', kind) AS kind,
        mall, shop_id, order_number, quantity AS units, note AS what, seq AS place
    FROM moved
    UNION ALL
    SELECT received_at, 'noticed', mall, shop_id, order_number, NULL, NULL, seq
    FROM moved
    WHERE kind = 'order'
    UNION ALL
    SELECT moved_at, 'stored', mall, shop_id, order_number, NULL, NULL, seq
    FROM moved
    WHERE kind IN ('order', 'cancellation')
    UNION ALL
    SELECT
        coalesce(o.ordered_at, o.imported_at), 'csv', s.mall, s.shop_id, s.order_number,
        -s.quantity, NULL, NULL
    FROM stock_lines AS s
    JOIN orders AS o USING (mall, shop_id, order_number)
    WHERE s.sku = $sku
      AND o.stock_policy = 'manual'
    UNION ALL
    SELECT planned_at, 'read', mall, shop_id, NULL, found_before, NULL, level_seq
    FROM pushed
    UNION ALL
    SELECT sent_at, 'sent', mall, shop_id, NULL, offered, NULL, level_seq
    FROM pushed
    UNION ALL
    SELECT verified_at, 'verified', mall, shop_id, NULL, found_after, NULL, level_seq
    FROM pushed
    UNION ALL
    SELECT planned_at, state, mall, shop_id, NULL, offered, reason, level_seq
    FROM pushed
    WHERE state IN ('refused', 'unknown', 'unknown_sku')
    UNION ALL
    SELECT t.first_at, 'trouble', t.mall, t.shop_id, NULL, t.times, t.function_name, NULL
    FROM rms_troubles AS t
    WHERE (t.mall, t.shop_id) IN (SELECT (mall, shop_id) FROM listed)
    UNION ALL
    SELECT k.since, if(k.is_on, 'link', 'link_off'), k.mall, k.shop_id, NULL, NULL, k.silent_hours, NULL
    FROM stock_links AS k
    WHERE (k.mall, k.shop_id) IN (SELECT (mall, shop_id) FROM listed)
)
SELECT happened_at, kind, mall, shop_id, order_number, units, what
FROM events
WHERE happened_at BETWEEN $since AND $until
ORDER BY happened_at, place NULLS LAST, kind;
