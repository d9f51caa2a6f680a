-- name: is_dated_ahead
-- Whether a run began, an order was seen, a file imported, stock moved, a matter
-- dismissed or a month closed later than now. Asked in every run that hears from RMS: an
-- EXISTS for each table took ten times as long to plan.
-- in:  $after
-- out: is_ahead, one row
SELECT EXISTS (
    FROM (
        SELECT started_at AS instant FROM loads
        UNION ALL
        SELECT seen_at FROM order_sightings
        UNION ALL
        SELECT imported_at FROM csv_imports
        UNION ALL
        SELECT imported_at FROM shipment_imports
        UNION ALL
        SELECT imported_at FROM stock_count_imports
        UNION ALL
        SELECT moved_at FROM stock_movements
        UNION ALL
        SELECT closed_at FROM month_closes
        UNION ALL
        SELECT dismissed_at FROM dismissals
    )
    WHERE instant > $after
) AS is_ahead;

-- name: open_closed_orders
-- Take back what was kept of the months that a fast clock closed: they may not have been
-- over, and are closed again when their day comes.
-- in:  $after
-- out: rows of closed_orders
DELETE FROM closed_orders
WHERE month IN (SELECT c.month FROM month_closes AS c WHERE c.closed_at > $after);

-- name: open_month_closes
-- Open the months that a fast clock closed.
-- in:  $after
-- out: month of each
DELETE FROM month_closes
WHERE closed_at > $after
RETURNING month;

-- name: list_future_instants
-- Every instant of ours that is still to come, and what it becomes: a microsecond apart
-- and in the same order, all just before the answer that showed the clock to be right.
-- What the mall or a person dates (a key's end, a start of notices) is not ours.
-- in:  $before, $after
-- out: temporary table `future_instants` (instant, becomes)
CREATE OR REPLACE TEMP TABLE future_instants AS
WITH written AS (
    SELECT unnest([observed_at, logged_at]) AS instant FROM order_log
    UNION ALL SELECT unnest([observed_at, imported_at, updated_at]) FROM orders
    UNION ALL SELECT seen_at FROM order_sightings
    UNION ALL SELECT observed_at FROM order_answers
    UNION ALL SELECT unnest([first_seen_at, last_seen_at, settled_at]) FROM order_refusals
    UNION ALL SELECT unnest([seen_until, moved_at]) FROM order_cursors
    UNION ALL SELECT unnest([received_at, recorded_at, settled_at]) FROM notices
    UNION ALL SELECT unnest([started_at, finished_at]) FROM loads
    UNION ALL SELECT unnest([effective_at, moved_at]) FROM stock_movements
    UNION ALL SELECT unnest([planned_at, sent_at, verified_at, due_since]) FROM inventory_pushes
    UNION ALL SELECT unnest([imported_at, changed_at, sent_at, heard_at, verified_at]) FROM shipments
    UNION ALL SELECT unnest([checked_at, updated_at]) FROM shops
    UNION ALL SELECT unnest([first_seen_at, last_seen_at, answered_at]) FROM shop_keys
    UNION ALL SELECT unnest([since, healed_at]) FROM alarms
    UNION ALL SELECT imported_at FROM csv_imports
    UNION ALL SELECT imported_at FROM shipment_imports
    UNION ALL SELECT unnest([counted_at, imported_at]) FROM stock_count_imports
    UNION ALL SELECT unnest([dismissed_at, since]) FROM dismissals
    UNION ALL SELECT unnest([since, settled_at]) FROM incidents
    UNION ALL SELECT held_since FROM inventory_holds
    UNION ALL SELECT stock_adjusted_at FROM order_lines
    UNION ALL SELECT changed_at FROM outdated_adjustments
    UNION ALL SELECT unnest([planned_at, sent_at, settled_at]) FROM order_marks
    UNION ALL SELECT ended_at FROM order_status_log
    UNION ALL SELECT imported_at FROM sku_costs
    UNION ALL SELECT imported_at FROM mall_fees
    UNION ALL SELECT unnest([exported_at, outdated_at]) FROM shipping_labels
    UNION ALL SELECT exported_at FROM tracking_exports
    UNION ALL SELECT unnest([made_at, sent_at]) FROM shop_applications
    UNION ALL SELECT moved_at FROM shop_stages
    UNION ALL SELECT stopped_at FROM shop_stops
    UNION ALL SELECT warned_at FROM shop_warnings
    UNION ALL SELECT mapped_at FROM sku_map
    UNION ALL SELECT seen_at FROM listings
    UNION ALL SELECT since FROM stock_links
    UNION ALL SELECT begun_at FROM home_epochs
    UNION ALL SELECT unnest([first_at, last_at]) FROM rms_troubles
    UNION ALL SELECT set_at FROM stock_settings
    UNION ALL SELECT cleared_at FROM cleared_orders
    UNION ALL SELECT forgotten_at FROM forgotten_buyers
), ahead AS (
    SELECT DISTINCT instant FROM written WHERE instant > $after
)
SELECT
    instant,
    $before - to_microseconds(row_number() OVER (ORDER BY instant DESC)) AS becomes
FROM ahead;

-- name: show_healed
-- What an instant is in truth, and whether it is written ahead of the clock.
-- in:  temporary table `future_instants`
-- out: temporary macros `healed` and `is_ahead`
CREATE OR REPLACE TEMP MACRO healed(written) AS coalesce(
    (SELECT f.becomes FROM future_instants AS f WHERE f.instant = written), written
);
CREATE OR REPLACE TEMP MACRO is_ahead(written) AS
    written >= (SELECT min(f.instant) FROM future_instants AS f);

-- name: heal_instants
-- Put right what a fast clock wrote, in every table.
-- in:  macros `healed`, `is_ahead`
-- out: rows of all these tables
UPDATE order_log SET
    observed_at = healed(observed_at),
    logged_at = healed(logged_at)
WHERE is_ahead(greatest(observed_at, logged_at));
UPDATE orders SET
    observed_at = healed(observed_at),
    imported_at = healed(imported_at),
    updated_at = healed(updated_at)
WHERE is_ahead(greatest(observed_at, imported_at, updated_at));
UPDATE order_sightings SET seen_at = healed(seen_at)
WHERE is_ahead(seen_at);
UPDATE order_answers SET observed_at = healed(observed_at)
WHERE is_ahead(observed_at);
UPDATE order_refusals SET
    first_seen_at = healed(first_seen_at),
    last_seen_at = healed(last_seen_at),
    settled_at = healed(settled_at)
WHERE is_ahead(greatest(first_seen_at, last_seen_at, settled_at));
UPDATE order_cursors SET
    seen_until = healed(seen_until),
    moved_at = healed(moved_at)
WHERE is_ahead(greatest(seen_until, moved_at));
UPDATE notices SET
    received_at = healed(received_at),
    recorded_at = healed(recorded_at),
    settled_at = healed(settled_at)
WHERE is_ahead(greatest(received_at, recorded_at, settled_at));
UPDATE loads SET
    started_at = healed(started_at),
    finished_at = healed(finished_at)
WHERE is_ahead(greatest(started_at, finished_at));
UPDATE stock_movements SET
    effective_at = healed(effective_at),
    moved_at = healed(moved_at)
WHERE is_ahead(greatest(effective_at, moved_at));
UPDATE inventory_pushes SET
    planned_at = healed(planned_at),
    sent_at = healed(sent_at),
    verified_at = healed(verified_at),
    due_since = healed(due_since)
WHERE is_ahead(greatest(planned_at, sent_at, verified_at, due_since));
UPDATE shipments SET
    imported_at = healed(imported_at),
    changed_at = healed(changed_at),
    sent_at = healed(sent_at),
    heard_at = healed(heard_at),
    verified_at = healed(verified_at)
WHERE is_ahead(greatest(imported_at, changed_at, sent_at, heard_at, verified_at));
UPDATE shops SET
    checked_at = healed(checked_at),
    updated_at = healed(updated_at)
WHERE is_ahead(greatest(checked_at, updated_at));
UPDATE shop_keys SET
    first_seen_at = healed(first_seen_at),
    last_seen_at = healed(last_seen_at),
    answered_at = healed(answered_at)
WHERE is_ahead(greatest(first_seen_at, last_seen_at, answered_at));
UPDATE alarms SET
    since = healed(since),
    healed_at = healed(healed_at)
WHERE is_ahead(greatest(since, healed_at));
UPDATE csv_imports SET imported_at = healed(imported_at)
WHERE is_ahead(imported_at);
UPDATE shipment_imports SET imported_at = healed(imported_at)
WHERE is_ahead(imported_at);
UPDATE stock_count_imports SET
    counted_at = healed(counted_at),
    imported_at = healed(imported_at)
WHERE is_ahead(greatest(counted_at, imported_at));
UPDATE dismissals SET
    dismissed_at = healed(dismissed_at),
    since = healed(since)
WHERE is_ahead(greatest(dismissed_at, since));
UPDATE incidents SET
    since = healed(since),
    settled_at = healed(settled_at)
WHERE is_ahead(greatest(since, settled_at));
UPDATE inventory_holds SET held_since = healed(held_since)
WHERE is_ahead(held_since);
UPDATE order_lines SET stock_adjusted_at = healed(stock_adjusted_at)
WHERE is_ahead(stock_adjusted_at);
UPDATE outdated_adjustments SET changed_at = healed(changed_at)
WHERE is_ahead(changed_at);
UPDATE order_status_log SET ended_at = healed(ended_at)
WHERE is_ahead(ended_at);
UPDATE sku_costs SET imported_at = healed(imported_at)
WHERE is_ahead(imported_at);
UPDATE mall_fees SET imported_at = healed(imported_at)
WHERE is_ahead(imported_at);
UPDATE order_marks SET
    planned_at = healed(planned_at),
    sent_at = healed(sent_at),
    settled_at = healed(settled_at)
WHERE is_ahead(greatest(planned_at, sent_at, settled_at));
UPDATE shipping_labels SET
    exported_at = healed(exported_at),
    outdated_at = healed(outdated_at)
WHERE is_ahead(greatest(exported_at, outdated_at));
UPDATE tracking_exports SET exported_at = healed(exported_at)
WHERE is_ahead(exported_at);
UPDATE shop_applications SET
    made_at = healed(made_at),
    sent_at = healed(sent_at)
WHERE is_ahead(greatest(made_at, sent_at));
UPDATE shop_stages SET moved_at = healed(moved_at)
WHERE is_ahead(moved_at);
UPDATE shop_stops SET stopped_at = healed(stopped_at)
WHERE is_ahead(stopped_at);
UPDATE shop_warnings SET warned_at = healed(warned_at)
WHERE is_ahead(warned_at);
UPDATE listings SET seen_at = healed(seen_at)
WHERE is_ahead(seen_at);
UPDATE sku_map SET mapped_at = healed(mapped_at)
WHERE is_ahead(mapped_at);
UPDATE rms_troubles SET
    first_at = healed(first_at),
    last_at = healed(last_at)
WHERE is_ahead(greatest(first_at, last_at));
UPDATE home_epochs SET begun_at = healed(begun_at)
WHERE is_ahead(begun_at);
UPDATE stock_links SET since = healed(since)
WHERE is_ahead(since);
UPDATE stock_settings SET set_at = healed(set_at)
WHERE is_ahead(set_at);
UPDATE cleared_orders SET cleared_at = healed(cleared_at)
WHERE is_ahead(cleared_at);
UPDATE forgotten_buyers SET forgotten_at = healed(forgotten_at)
WHERE is_ahead(forgotten_at);

-- name: count_future_counts
-- How many SKUs were counted by the fast clock.
-- in:  temporary table `future_instants`, instants not yet healed
-- out: counts, one row
SELECT count(DISTINCT m.sku) AS counts
FROM stock_movements AS m
JOIN future_instants AS f ON f.instant = m.effective_at
WHERE m.counted IS NOT NULL
  AND m.source = 'count';

-- name: heal_counts
-- Nobody knows when a count by a fast clock was really made: between what was booked
-- before it and now. An order of that time would be taken for one that the count has
-- seen, and stay on sale; so the count is as early as it can be. Too few pieces are
-- offered until somebody counts again, never too many.
-- in:  temporary table `future_instants`, instants healed
-- out: rows of stock_movements: all that took effect ahead, in the same order
WITH ahead AS (
    SELECT seq, effective_at
    FROM stock_movements
    WHERE effective_at IN (SELECT f.becomes FROM future_instants AS f)
),
healed AS (
    SELECT
        seq,
        (
            SELECT max(greatest(p.moved_at, p.effective_at))
            FROM stock_movements AS p
            WHERE p.seq < (SELECT min(seq) FROM ahead)
        ) + to_microseconds(dense_rank() OVER (ORDER BY effective_at)) AS becomes
    FROM ahead
)
UPDATE stock_movements SET effective_at = healed.becomes
FROM healed
WHERE stock_movements.seq = healed.seq
  AND healed.becomes < stock_movements.effective_at;

-- name: heal_next_looks
-- Look again now for what a fast clock put off; no wait is longer than half an hour.
-- in:  $after
-- out: rows of notices
UPDATE notices SET next_look_at = $after
WHERE next_look_at > $after + INTERVAL 1 HOUR;

-- name: count_future_instants
-- How many instants were put right.
-- in:  temporary table `future_instants`
-- out: found, one row
SELECT count(*) AS found
FROM future_instants;
