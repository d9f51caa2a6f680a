-- name: insert_notices
-- Keep each notice once, for ever.
-- in:  view `told` (position, notice_key, shop_id, order_number, kind, subject,
--      received_at), $recorded_at
-- out: rows of notices, waiting; the count of new ones. A receiver whose clock runs
--      ahead must not name a moment no read can be later than: hence least()
INSERT INTO notices BY NAME
SELECT
    notice_key,
    'rakuten' AS mall,
    shop_id, order_number, kind, subject,
    least(received_at, $recorded_at) AS received_at,
    $recorded_at AS recorded_at,
    0 AS looks
FROM told
QUALIFY row_number() OVER (
    PARTITION BY notice_key
    ORDER BY received_at, position
) = 1
ON CONFLICT (notice_key) DO NOTHING;

-- name: settle_unread_notices
-- Settle what needs no look: notices without an order, from
-- before the shop's start (docs/rules.md 6.8), and of orders that a request sent after
-- them has seen. A sighting without answer_hash is a CSV's and proves nothing here.
-- in:  $settled_at
-- out: rows of notices settled
UPDATE notices AS n SET
    settled_at   = $settled_at,
    reason       = w.reason,
    next_look_at = NULL
FROM (
    SELECT
        notice_key,
        CASE
            WHEN order_number IS NULL THEN 'no_order'
            WHEN received_at < starts_at THEN 'before_start'
            WHEN seen_at >= received_at THEN 'known'
        END AS reason
    FROM (SELECT * FROM notices WHERE settled_at IS NULL) AS waiting
    LEFT JOIN (
        SELECT mall, shop_id, min(notices_start_at) AS starts_at
        FROM shops
        GROUP BY mall, shop_id
    ) AS starts USING (mall, shop_id)
    LEFT JOIN (
        SELECT mall, shop_id, order_number, seen_at
        FROM order_sightings
        WHERE answer_hash IS NOT NULL
    ) AS seen USING (mall, shop_id, order_number)
) AS w
WHERE n.notice_key = w.notice_key
  AND w.reason IS NOT NULL;

-- name: list_due_notices
-- The orders to look at now, longest waiting first, each with all of
-- its waiting notices, because one read answers them together.
-- in:  $shop_id, $now, $order_limit
-- out: notice_key, shop_id, order_number, kind, subject, received_at
WITH waiting AS (
    SELECT
        *,
        min(received_at) OVER of_order AS waits_since,
        bool_or(next_look_at IS NULL OR next_look_at <= $now) OVER of_order AS is_due
    FROM notices
    WHERE mall = 'rakuten'
      AND shop_id = $shop_id
      AND order_number IS NOT NULL
      AND settled_at IS NULL
    WINDOW of_order AS (PARTITION BY order_number)
)
SELECT notice_key, shop_id, order_number, kind, subject, received_at
FROM waiting
WHERE is_due
QUALIFY dense_rank() OVER (ORDER BY waits_since, order_number) <= $order_limit
ORDER BY waits_since, order_number, received_at, notice_key;

-- name: settle_read_notices
-- Settle the notices that a read answers: its request was sent at
-- or after the notice, and the warehouse holds the order as seen then or later.
-- in:  view `reads` (order_number, observed_at), $shop_id, $settled_at
-- out: rows of notices settled
UPDATE notices AS n SET
    settled_at   = $settled_at,
    reason       = 'stored',
    next_look_at = NULL
FROM reads AS r, order_sightings AS s
WHERE n.settled_at IS NULL
  AND n.mall = 'rakuten'
  AND n.shop_id = $shop_id
  AND n.order_number = r.order_number
  AND n.received_at <= r.observed_at
  AND s.mall = n.mall
  AND s.shop_id = n.shop_id
  AND s.order_number = n.order_number
  AND s.seen_at >= r.observed_at;

-- name: settle_refused_notices
-- Settle the notices of orders that can be had and not be
-- read. Their refusals stay open and are looked at again by every sweep.
-- in:  $shop_id, $unreadable (order numbers), $asked_at, $settled_at
-- out: rows of notices settled
UPDATE notices AS n SET
    settled_at   = $settled_at,
    reason       = 'refused',
    next_look_at = NULL
FROM order_refusals AS r
WHERE n.settled_at IS NULL
  AND n.mall = 'rakuten'
  AND n.shop_id = $shop_id
  AND n.order_number IN (SELECT unnest($unreadable))
  AND n.received_at <= $asked_at
  AND r.mall = n.mall
  AND r.shop_id = n.shop_id
  AND r.order_number = n.order_number
  AND r.settled_at IS NULL;

-- name: list_notices_in_vain
-- The notices for which a look has just failed. Those that were
-- not due do not count it, so that the same look told twice counts once.
-- in:  $shop_id, $missing (order numbers), $asked_at
-- out: notice_key, received_at, looks (before this one); only with an open refusal,
--      which has the mall's reason
SELECT notice_key, received_at, looks
FROM notices
SEMI JOIN (
    SELECT mall, shop_id, order_number
    FROM order_refusals
    WHERE settled_at IS NULL
) AS refused USING (mall, shop_id, order_number)
WHERE settled_at IS NULL
  AND mall = 'rakuten'
  AND shop_id = $shop_id
  AND order_number IN (SELECT unnest($missing))
  AND received_at <= $asked_at
  AND (next_look_at IS NULL OR next_look_at <= $asked_at);

-- name: postpone_notices
-- Record a look in vain and when to look again, or give up.
-- in:  view `looked` (notice_key, looks, next_look_at; NULL = give up), $settled_at
-- out: rows of notices, waiting or settled as exhausted
UPDATE notices AS n SET
    looks        = l.looks,
    next_look_at = l.next_look_at,
    settled_at   = if(l.next_look_at IS NULL, $settled_at, NULL),
    reason       = if(l.next_look_at IS NULL, 'exhausted', NULL)
FROM looked AS l
WHERE n.notice_key = l.notice_key;

-- name: count_found_without_notice
-- Orders a load created that no notice has named so far.
-- in:  $load_id
-- out: one number; orders from before the shop's notices started are not missed
SELECT count(*)
FROM orders AS o
SEMI JOIN (
    SELECT * FROM order_log WHERE load_id = $load_id AND source = 'api'
) AS l
    ON l.mall = o.mall AND l.shop_id = o.shop_id
    AND l.order_number = o.order_number AND l.logged_at = o.imported_at
ANTI JOIN notices AS n
    ON n.mall = o.mall AND n.shop_id = o.shop_id AND n.order_number = o.order_number
ANTI JOIN shops AS s
    ON s.mall = o.mall AND s.shop_id = o.shop_id
    AND s.notices_start_at > o.ordered_at
WHERE o.source = 'api';

-- name: list_loads_overtaking
-- The loads that created orders which these notices name, and counted some as missed:
-- a sweep is often faster than a notice. Within two days; what comes later was lost.
-- in:  view `told`, $recorded_at
-- out: load_id
SELECT DISTINCT l.load_id
FROM loads AS l
JOIN order_log AS g ON g.load_id = l.load_id AND g.source = l.source
SEMI JOIN told AS t ON t.shop_id = g.shop_id AND t.order_number = g.order_number
WHERE l.mall = 'rakuten'
  AND l.source = 'api'
  AND l.found_without_notice > 0
  AND l.started_at > $recorded_at::TIMESTAMPTZ - INTERVAL 2 DAY
  AND g.logged_at > $recorded_at::TIMESTAMPTZ - INTERVAL 2 DAY;

-- name: correct_found_without_notice
-- in:  $load_id, $missed
UPDATE loads SET found_without_notice = $missed
WHERE load_id = $load_id AND source = 'api';
