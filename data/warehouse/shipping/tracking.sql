-- name: list_tracking_orders
-- Orders to be read anew before anything is decided on their
-- shipments, and a day after the report, to see whether the mall closed them.
-- in:  $mall, $shop_id, $run_began, $today: its first instant
-- out: order_number, oldest import first. An order this run has read is not among them,
--      unless a report of it has left, or was heard of, since, or has not been seen yet
SELECT s.order_number
FROM shipments AS s
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
GROUP BY s.order_number, o.mall_status, g.seen_at
HAVING
    (
        bool_or(s.state IN ('planned', 'sent', 'unknown'))
        OR bool_or(s.state = 'verified' AND s.verified_at < $today::TIMESTAMPTZ)
        AND o.mall_status = '300'
    )
    AND (
        g.seen_at IS NULL
        OR g.seen_at < $run_began::TIMESTAMPTZ
        OR g.seen_at <= max(greatest(s.sent_at, s.heard_at))
        OR bool_or(
            s.state IN ('sent', 'unknown')
            OR s.state = 'replaced' AND (s.heard_at IS NULL OR s.heard_at < s.sent_at)
        )
    )
ORDER BY min(s.imported_at), s.order_number;

-- name: list_tracking_shipments
-- Shipments to decide on, of orders this run has read.
-- in:  $mall, $shop_id, $run_began, $numbers: these orders only; NULL = all
-- out: the columns of a shipment, seen_at: when its order was asked for, sent_at,
--      heard_at, is_accepted: RMS took the report; every shipment of an order of which
--      one is still to be reported or seen
SELECT
    s.order_number, s.basket_id, s.tracking_number, s.carrier_code, s.shipping_date,
    s.state, s.reason, s.shipping_detail_id, s.replaces,
    g.seen_at, s.sent_at, s.heard_at, s.request_id IS NOT NULL AS is_accepted
FROM shipments AS s
JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND g.seen_at >= $run_began::TIMESTAMPTZ
  AND ($numbers IS NULL OR list_contains($numbers::VARCHAR[], s.order_number))
  AND s.order_number IN (
      SELECT order_number
      FROM shipments
      WHERE mall = $mall
        AND shop_id = $shop_id
        AND state IN ('planned', 'sent', 'unknown')
  )
ORDER BY s.imported_at, s.order_number, s.basket_id, s.tracking_number;

-- name: settle_shipments
-- Where shipments stand, by an order read anew.
-- in:  view `tracking_outcomes` (order_number, basket_id, tracking_number, state, reason,
--      shipping_detail_id, seen_at), $mall, $shop_id, $decided_at
-- out: shipments at their new state; one that stands as it should is heard of as well
UPDATE shipments AS s
SET
    state = t.state,
    reason = t.reason,
    shipping_detail_id = coalesce(t.shipping_detail_id, s.shipping_detail_id),
    verified_at = if(t.state = 'verified' AND t.reason IS NULL, t.seen_at, s.verified_at),
    heard_at = if(
        t.state = 'verified' AND s.sent_at IS NOT NULL,
        greatest(s.heard_at, s.sent_at),
        s.heard_at
    ),
    changed_at = $decided_at
FROM tracking_outcomes AS t
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = t.order_number
  AND s.basket_id = t.basket_id
  AND s.tracking_number = t.tracking_number
  AND (
      s.state <> t.state
      OR s.reason IS DISTINCT FROM t.reason
      OR s.shipping_detail_id IS DISTINCT FROM t.shipping_detail_id
  );

-- name: begin_tracking_reports
-- The intent, stored before the call. Until something is heard
-- the outcome is unknown, which is also what a killed run leaves behind.
-- in:  view `tracking_changes` (order_number, basket_id, tracking_number, data_number),
--      $mall, $shop_id, $sent_at
-- out: shipments at state unknown
UPDATE shipments AS s
SET
    state = 'unknown',
    reason = NULL,
    request_id = NULL,
    data_number = c.data_number,
    sent_at = $sent_at,
    changed_at = $sent_at
FROM tracking_changes AS c
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = c.order_number
  AND s.basket_id = c.basket_id
  AND s.tracking_number = c.tracking_number;

-- name: end_tracking_reports
-- What the mall said at once to a report.
-- in:  $mall, $shop_id, $numbers: its orders, $sent_at: as the intent has it, $state,
--      $reason, $request_id, $heard_at (NULL: its outcome is still to come)
-- out: shipments of that report at their new state
UPDATE shipments
SET
    state = if(state = 'replaced', state, $state),
    reason = if(state = 'replaced', reason, $reason),
    request_id = $request_id,
    heard_at = coalesce($heard_at::TIMESTAMPTZ, heard_at),
    changed_at = coalesce($heard_at::TIMESTAMPTZ, changed_at)
WHERE mall = $mall
  AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number)
  AND sent_at = $sent_at::TIMESTAMPTZ;

-- name: list_tracking_requests
-- Reports the mall took and whose results nobody has heard.
-- in:  $mall, $shop_id, $asked_since: RMS keeps results for 30 days, we ask for a day
-- out: request_id, sent_at, order numbers; oldest first
SELECT request_id, min(sent_at), list(DISTINCT order_number ORDER BY order_number)
FROM shipments
WHERE mall = $mall
  AND shop_id = $shop_id
  AND request_id IS NOT NULL
  AND state IN ('sent', 'unknown', 'replaced')
  AND sent_at >= $asked_since::TIMESTAMPTZ
  AND (heard_at IS NULL OR heard_at < sent_at)
GROUP BY request_id
ORDER BY min(sent_at), request_id;

-- name: store_tracking_results
-- What became of the rows of a report.
-- in:  view `tracking_results` (order_number, data_number: NULL = all of the order's rows,
--      is_refused, reason), $mall, $shop_id, $request_id, $heard_at
-- out: shipments at state sent or refused; of two results of one row the refusal counts
UPDATE shipments AS s
SET
    state = CASE
        WHEN s.state IN ('verified', 'replaced') THEN s.state
        WHEN w.is_refused THEN 'refused'
        ELSE 'sent'
    END,
    reason = CASE WHEN s.state IN ('verified', 'replaced') THEN s.reason
        WHEN w.is_refused THEN w.reason END,
    heard_at = $heard_at,
    changed_at = $heard_at
FROM (
    SELECT
        r.order_number, r.data_number,
        bool_or(t.is_refused) AS is_refused,
        any_value(t.reason ORDER BY t.is_refused DESC, t.data_number NULLS LAST) AS reason
    FROM shipments AS r
    JOIN tracking_results AS t
        ON t.order_number = r.order_number
        AND (t.data_number IS NULL OR t.data_number = r.data_number)
    WHERE r.mall = $mall AND r.shop_id = $shop_id AND r.request_id = $request_id
    GROUP BY r.order_number, r.data_number
) AS w
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.request_id = $request_id
  AND s.order_number = w.order_number
  AND s.data_number = w.data_number;

-- name: end_tracking_requests
-- No more results of these orders will come: RMS says that their report failed on the
-- way. A row without one is like a row whose answer was lost.
-- in:  $mall, $shop_id, $request_id, $numbers
-- out: shipments that wait for no result of the report
UPDATE shipments
SET request_id = NULL
WHERE mall = $mall
  AND shop_id = $shop_id
  AND request_id = $request_id
  AND list_contains($numbers::VARCHAR[], order_number)
  AND (heard_at IS NULL OR heard_at < sent_at);

-- name: find_tracking_lost
-- When the latest report left that has not been seen at the mall.
-- in:  $mall, $shop_id
-- out: sent_at, NULL if there is none
SELECT max(sent_at)
FROM shipments
WHERE mall = $mall
  AND shop_id = $shop_id
  AND (
      state IN ('sent', 'unknown')
      OR state = 'replaced' AND (heard_at IS NULL OR heard_at < sent_at)
  );

-- name: list_shipments_changed
-- What a person should see of a run: every shipment that is
-- not where it should be, and those that it sent or verified.
-- in:  $mall, $shop_id, $run_began
-- out: order_number, basket_id, tracking_number, state, reason, was_sent, was_verified,
--      has_changed: each by this run
SELECT
    order_number, basket_id, tracking_number, state, reason,
    coalesce(sent_at >= $run_began::TIMESTAMPTZ, false) AS was_sent,
    coalesce(verified_at >= $run_began::TIMESTAMPTZ, false) AS was_verified,
    changed_at >= $run_began::TIMESTAMPTZ AS has_changed
FROM shipments
WHERE mall = $mall
  AND shop_id = $shop_id
  AND (
      changed_at >= $run_began::TIMESTAMPTZ
      OR sent_at >= $run_began::TIMESTAMPTZ
      OR state IN ('planned', 'sent', 'unknown')
  )
ORDER BY order_number, basket_id, tracking_number;

-- name: list_tracking_stragglers
-- Orders the mall has not closed, although every parcel we know of was seen in its report
-- before today, and was to leave before today (docs/rms/order-api.md §4.2).
-- in:  $mall, $shop_id, $today: its first instant
-- out: order_number, the ids of rows whose parcel has no number
SELECT
    s.order_number,
    coalesce(
        list(s.shipping_detail_id) FILTER (s.tracking_number = 'なし'), []
    ) AS unnumbered
FROM shipments AS s
JOIN orders AS o USING (mall, shop_id, order_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND o.mall_status = '300'
  AND s.state NOT IN ('replaced', 'cancelled')
GROUP BY s.order_number
HAVING bool_and(s.state = 'verified' AND s.verified_at < $today::TIMESTAMPTZ)
   AND max(s.shipping_date) < ($today::TIMESTAMPTZ AT TIME ZONE 'Asia/Tokyo')::DATE
ORDER BY s.order_number;

-- name: list_parcels_to_stop
-- Orders cancelled after their number was reported, of which no push has told yet.
-- in:  $mall, $shop_id, $run_began
-- out: order_number, what
SELECT order_number, what
FROM needs_a_person
WHERE kind = 'parcel_to_stop'
  AND mall = $mall
  AND shop_id = $shop_id
  AND since > coalesce((
      SELECT max(finished_at)
      FROM loads
      WHERE source = 'tracking'
        AND mall = $mall
        AND shop_id = $shop_id
        AND started_at < $run_began::TIMESTAMPTZ
  ), '-infinity'::TIMESTAMPTZ)
ORDER BY order_number;

-- name: list_tracking_unread
-- Orders with open shipments that a run could not read.
-- in:  $mall, $shop_id, $run_began
-- out: order_number, whether only a CSV knows it: then no later run can read it either
SELECT DISTINCT s.order_number, m.order_number IS NOT NULL AS is_not_at_mall
FROM shipments AS s
LEFT JOIN orders_not_at_mall AS m USING (mall, shop_id, order_number)
LEFT JOIN order_sightings AS g USING (mall, shop_id, order_number)
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.state IN ('planned', 'sent', 'unknown')
  AND (g.seen_at IS NULL OR g.seen_at < $run_began::TIMESTAMPTZ)
ORDER BY s.order_number;
