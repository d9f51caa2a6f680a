-- name: is_dated_ahead
-- Whether a run began, an order was seen, a file imported, stock moved, a matter
-- dismissed or a month closed later than now.
-- in:  $after
-- out: is_ahead, one row
SELECT
    EXISTS (SELECT 1 FROM loads WHERE started_at > $after)
    OR EXISTS (SELECT 1 FROM order_sightings WHERE seen_at > $after)
    OR EXISTS (SELECT 1 FROM csv_imports WHERE imported_at > $after)
    OR EXISTS (SELECT 1 FROM shipment_imports WHERE imported_at > $after)
    OR EXISTS (SELECT 1 FROM stock_count_imports WHERE imported_at > $after)
    OR EXISTS (SELECT 1 FROM stock_movements WHERE moved_at > $after)
    OR EXISTS (SELECT 1 FROM month_closes WHERE closed_at > $after)
    OR EXISTS (SELECT 1 FROM dismissals WHERE dismissed_at > $after) AS is_ahead;

-- name: list_future_instants
-- Every instant of ours that is still to come, and what it becomes: a microsecond apart
-- and in the same order, all just before the answer that showed the clock to be right.
-- What the mall or a person dates (a key's end, a start of notices) is not ours.
-- in:  $before, $after
-- out: temporary table `future_instants` (instant, becomes)
CREATE OR REPLACE TEMP TABLE future_instants AS
WITH found AS (
    SELECT observed_at AS instant FROM order_log WHERE observed_at > $after
    UNION
    SELECT logged_at AS instant FROM order_log WHERE logged_at > $after
    UNION
    SELECT observed_at AS instant FROM orders WHERE observed_at > $after
    UNION
    SELECT imported_at AS instant FROM orders WHERE imported_at > $after
    UNION
    SELECT updated_at AS instant FROM orders WHERE updated_at > $after
    UNION
    SELECT seen_at AS instant FROM order_sightings WHERE seen_at > $after
    UNION
    SELECT observed_at AS instant FROM order_answers WHERE observed_at > $after
    UNION
    SELECT first_seen_at AS instant FROM order_refusals WHERE first_seen_at > $after
    UNION
    SELECT last_seen_at AS instant FROM order_refusals WHERE last_seen_at > $after
    UNION
    SELECT settled_at AS instant FROM order_refusals WHERE settled_at > $after
    UNION
    SELECT seen_until AS instant FROM order_cursors WHERE seen_until > $after
    UNION
    SELECT moved_at AS instant FROM order_cursors WHERE moved_at > $after
    UNION
    SELECT received_at AS instant FROM notices WHERE received_at > $after
    UNION
    SELECT recorded_at AS instant FROM notices WHERE recorded_at > $after
    UNION
    SELECT settled_at AS instant FROM notices WHERE settled_at > $after
    UNION
    SELECT started_at AS instant FROM loads WHERE started_at > $after
    UNION
    SELECT finished_at AS instant FROM loads WHERE finished_at > $after
    UNION
    SELECT effective_at AS instant FROM stock_movements WHERE effective_at > $after
    UNION
    SELECT moved_at AS instant FROM stock_movements WHERE moved_at > $after
    UNION
    SELECT planned_at AS instant FROM inventory_pushes WHERE planned_at > $after
    UNION
    SELECT sent_at AS instant FROM inventory_pushes WHERE sent_at > $after
    UNION
    SELECT verified_at AS instant FROM inventory_pushes WHERE verified_at > $after
    UNION
    SELECT due_since AS instant FROM inventory_pushes WHERE due_since > $after
    UNION
    SELECT imported_at AS instant FROM shipments WHERE imported_at > $after
    UNION
    SELECT changed_at AS instant FROM shipments WHERE changed_at > $after
    UNION
    SELECT sent_at AS instant FROM shipments WHERE sent_at > $after
    UNION
    SELECT heard_at AS instant FROM shipments WHERE heard_at > $after
    UNION
    SELECT verified_at AS instant FROM shipments WHERE verified_at > $after
    UNION
    SELECT checked_at AS instant FROM shops WHERE checked_at > $after
    UNION
    SELECT updated_at AS instant FROM shops WHERE updated_at > $after
    UNION
    SELECT first_seen_at AS instant FROM shop_keys WHERE first_seen_at > $after
    UNION
    SELECT last_seen_at AS instant FROM shop_keys WHERE last_seen_at > $after
    UNION
    SELECT answered_at AS instant FROM shop_keys WHERE answered_at > $after
    UNION
    SELECT since AS instant FROM alarms WHERE since > $after
    UNION
    SELECT healed_at AS instant FROM alarms WHERE healed_at > $after
    UNION
    SELECT imported_at AS instant FROM csv_imports WHERE imported_at > $after
    UNION
    SELECT imported_at AS instant FROM shipment_imports WHERE imported_at > $after
    UNION
    SELECT counted_at AS instant FROM stock_count_imports WHERE counted_at > $after
    UNION
    SELECT imported_at AS instant FROM stock_count_imports WHERE imported_at > $after
    UNION
    SELECT dismissed_at AS instant FROM dismissals WHERE dismissed_at > $after
    UNION
    SELECT since AS instant FROM dismissals WHERE since > $after
    UNION
    SELECT since AS instant FROM incidents WHERE since > $after
    UNION
    SELECT settled_at AS instant FROM incidents WHERE settled_at > $after
    UNION
    SELECT held_since AS instant FROM inventory_holds WHERE held_since > $after
    UNION
    SELECT stock_adjusted_at AS instant FROM order_lines WHERE stock_adjusted_at > $after
    UNION
    SELECT planned_at AS instant FROM order_marks WHERE planned_at > $after
    UNION
    SELECT sent_at AS instant FROM order_marks WHERE sent_at > $after
    UNION
    SELECT settled_at AS instant FROM order_marks WHERE settled_at > $after
    UNION
    SELECT ended_at AS instant FROM order_status_log WHERE ended_at > $after
    UNION
    SELECT imported_at AS instant FROM sku_costs WHERE imported_at > $after
    UNION
    SELECT imported_at AS instant FROM mall_fees WHERE imported_at > $after
    UNION
    SELECT exported_at AS instant FROM shipping_labels WHERE exported_at > $after
    UNION
    SELECT outdated_at AS instant FROM shipping_labels WHERE outdated_at > $after
    UNION
    SELECT exported_at AS instant FROM tracking_exports WHERE exported_at > $after
    UNION
    SELECT made_at AS instant FROM shop_applications WHERE made_at > $after
    UNION
    SELECT sent_at AS instant FROM shop_applications WHERE sent_at > $after
    UNION
    SELECT moved_at AS instant FROM shop_stages WHERE moved_at > $after
    UNION
    SELECT stopped_at AS instant FROM shop_stops WHERE stopped_at > $after
    UNION
    SELECT warned_at AS instant FROM shop_warnings WHERE warned_at > $after
    UNION
    SELECT mapped_at AS instant FROM sku_map WHERE mapped_at > $after
    UNION
    SELECT seen_at AS instant FROM listings WHERE seen_at > $after
    UNION
    SELECT since AS instant FROM stock_links WHERE since > $after
    UNION
    SELECT begun_at AS instant FROM home_epochs WHERE begun_at > $after
    UNION
    SELECT first_at AS instant FROM rms_troubles WHERE first_at > $after
    UNION
    SELECT last_at AS instant FROM rms_troubles WHERE last_at > $after
    UNION
    SELECT set_at AS instant FROM stock_settings WHERE set_at > $after
    UNION
    SELECT cleared_at AS instant FROM cleared_orders WHERE cleared_at > $after
    UNION
    SELECT forgotten_at AS instant FROM forgotten_buyers WHERE forgotten_at > $after
)
SELECT
    instant,
    $before - to_microseconds(row_number() OVER (ORDER BY instant DESC)) AS becomes
FROM found;

-- name: heal_csv_imports
-- Put right what a fast clock wrote into csv_imports.
-- in:  temporary table `future_instants`, $after
-- out: rows of csv_imports
UPDATE csv_imports SET
    imported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = csv_imports.imported_at), imported_at
    )
WHERE imported_at > $after;

-- name: heal_shipment_imports
-- Put right what a fast clock wrote into shipment_imports.
-- in:  temporary table `future_instants`, $after
-- out: rows of shipment_imports
UPDATE shipment_imports SET
    imported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shipment_imports.imported_at), imported_at
    )
WHERE imported_at > $after;

-- name: heal_stock_count_imports
-- Put right what a fast clock wrote into stock_count_imports.
-- in:  temporary table `future_instants`, $after
-- out: rows of stock_count_imports
UPDATE stock_count_imports SET
    counted_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = stock_count_imports.counted_at), counted_at
    ),
    imported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = stock_count_imports.imported_at), imported_at
    )
WHERE counted_at > $after
   OR imported_at > $after;

-- name: heal_dismissals
-- Put right what a fast clock wrote into dismissals.
-- in:  temporary table `future_instants`, $after
-- out: rows of dismissals
UPDATE dismissals SET
    dismissed_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = dismissals.dismissed_at), dismissed_at
    ),
    since = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = dismissals.since), since
    )
WHERE dismissed_at > $after
   OR since > $after;

-- name: heal_incidents
-- Put right what a fast clock wrote into incidents.
-- in:  temporary table `future_instants`, $after
-- out: rows of incidents
UPDATE incidents SET
    since = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = incidents.since), since
    ),
    settled_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = incidents.settled_at), settled_at
    )
WHERE since > $after
   OR settled_at > $after;

-- name: heal_inventory_holds
-- Put right what a fast clock wrote into inventory_holds.
-- in:  temporary table `future_instants`, $after
-- out: rows of inventory_holds
UPDATE inventory_holds SET
    held_since = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = inventory_holds.held_since), held_since
    )
WHERE held_since > $after;

-- name: heal_order_lines
-- Put right what a fast clock wrote into order_lines.
-- in:  temporary table `future_instants`, $after
-- out: rows of order_lines
UPDATE order_lines SET
    stock_adjusted_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_lines.stock_adjusted_at), stock_adjusted_at
    )
WHERE stock_adjusted_at > $after;

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

-- name: heal_order_status_log
-- Put right what a fast clock wrote into order_status_log.
-- in:  temporary table `future_instants`, $after
-- out: rows of order_status_log
UPDATE order_status_log SET
    ended_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_status_log.ended_at), ended_at
    )
WHERE ended_at > $after;

-- name: heal_sku_costs
-- Put right what a fast clock wrote into sku_costs.
-- in:  temporary table `future_instants`, $after
-- out: rows of sku_costs
UPDATE sku_costs SET
    imported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = sku_costs.imported_at), imported_at
    )
WHERE imported_at > $after;

-- name: heal_mall_fees
-- Put right what a fast clock wrote into mall_fees.
-- in:  temporary table `future_instants`, $after
-- out: rows of mall_fees
UPDATE mall_fees SET
    imported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = mall_fees.imported_at), imported_at
    )
WHERE imported_at > $after;

-- name: heal_order_marks
-- Put right what a fast clock wrote into order_marks.
-- in:  temporary table `future_instants`, $after
-- out: rows of order_marks
UPDATE order_marks SET
    planned_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_marks.planned_at), planned_at
    ),
    sent_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_marks.sent_at), sent_at
    ),
    settled_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_marks.settled_at), settled_at
    )
WHERE planned_at > $after
   OR sent_at > $after
   OR settled_at > $after;

-- name: heal_shipping_labels
-- Put right what a fast clock wrote into shipping_labels.
-- in:  temporary table `future_instants`, $after
-- out: rows of shipping_labels
UPDATE shipping_labels SET
    exported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shipping_labels.exported_at), exported_at
    ),
    outdated_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shipping_labels.outdated_at), outdated_at
    )
WHERE exported_at > $after
   OR outdated_at > $after;

-- name: heal_tracking_exports
-- Put right what a fast clock wrote into tracking_exports.
-- in:  temporary table `future_instants`, $after
-- out: rows of tracking_exports
UPDATE tracking_exports SET
    exported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = tracking_exports.exported_at), exported_at
    )
WHERE exported_at > $after;

-- name: heal_shop_applications
-- Put right what a fast clock wrote into shop_applications.
-- in:  temporary table `future_instants`, $after
-- out: rows of shop_applications
UPDATE shop_applications SET
    made_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shop_applications.made_at), made_at
    ),
    sent_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shop_applications.sent_at), sent_at
    )
WHERE made_at > $after
   OR sent_at > $after;

-- name: heal_shop_stages
-- Put right what a fast clock wrote into shop_stages.
-- in:  temporary table `future_instants`, $after
-- out: rows of shop_stages
UPDATE shop_stages SET
    moved_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shop_stages.moved_at), moved_at
    )
WHERE moved_at > $after;

-- name: heal_shop_stops
-- Put right what a fast clock wrote into shop_stops.
-- in:  temporary table `future_instants`, $after
-- out: rows of shop_stops
UPDATE shop_stops SET
    stopped_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shop_stops.stopped_at), stopped_at
    )
WHERE stopped_at > $after;

-- name: heal_shop_warnings
-- Put right what a fast clock wrote into shop_warnings.
-- in:  temporary table `future_instants`, $after
-- out: rows of shop_warnings
UPDATE shop_warnings SET
    warned_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shop_warnings.warned_at), warned_at
    )
WHERE warned_at > $after;

-- name: heal_listings
-- Put right what a fast clock wrote into listings.
-- in:  temporary table `future_instants`, $after
-- out: rows of listings
UPDATE listings SET
    seen_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = listings.seen_at), seen_at
    )
WHERE seen_at > $after;

-- name: heal_rms_troubles
-- Put right what a fast clock wrote into rms_troubles.
-- in:  temporary table `future_instants`, $after
-- out: rows of rms_troubles
UPDATE rms_troubles SET
    first_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = rms_troubles.first_at), first_at
    ),
    last_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = rms_troubles.last_at), last_at
    )
WHERE first_at > $after
   OR last_at > $after;

-- name: heal_home_epochs
-- Put right what a fast clock wrote into home_epochs.
-- in:  temporary table `future_instants`, $after
-- out: rows of home_epochs
UPDATE home_epochs SET
    begun_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = home_epochs.begun_at), begun_at
    )
WHERE begun_at > $after;

-- name: heal_stock_links
-- Put right what a fast clock wrote into stock_links.
-- in:  temporary table `future_instants`, $after
-- out: rows of stock_links
UPDATE stock_links SET
    since = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = stock_links.since), since
    )
WHERE since > $after;

-- name: heal_sku_map
-- Put right what a fast clock wrote into sku_map.
-- in:  temporary table `future_instants`, $after
-- out: rows of sku_map
UPDATE sku_map SET
    mapped_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = sku_map.mapped_at), mapped_at
    )
WHERE mapped_at > $after;

-- name: heal_stock_settings
-- Put right what a fast clock wrote into stock_settings.
-- in:  temporary table `future_instants`, $after
-- out: rows of stock_settings
UPDATE stock_settings SET
    set_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = stock_settings.set_at), set_at
    )
WHERE set_at > $after;

-- name: heal_cleared_orders
-- Put right what a fast clock wrote into cleared_orders.
-- in:  temporary table `future_instants`, $after
-- out: rows of cleared_orders
UPDATE cleared_orders SET
    cleared_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = cleared_orders.cleared_at), cleared_at
    )
WHERE cleared_at > $after;

-- name: heal_forgotten_buyers
-- Put right what a fast clock wrote into forgotten_buyers.
-- in:  temporary table `future_instants`, $after
-- out: rows of forgotten_buyers
UPDATE forgotten_buyers SET
    forgotten_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = forgotten_buyers.forgotten_at), forgotten_at
    )
WHERE forgotten_at > $after;

-- name: count_future_instants
-- How many instants were put right.
-- in:  temporary table `future_instants`
-- out: found, one row
SELECT count(*) AS found
FROM future_instants;

-- name: heal_order_log
-- Put right what a fast clock wrote into order_log.
-- in:  temporary table `future_instants`, $after
-- out: rows of order_log
UPDATE order_log SET
    observed_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_log.observed_at), observed_at
    ),
    logged_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_log.logged_at), logged_at
    )
WHERE observed_at > $after
   OR logged_at > $after;

-- name: heal_orders
-- Put right what a fast clock wrote into orders.
-- in:  temporary table `future_instants`, $after
-- out: rows of orders
UPDATE orders SET
    observed_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = orders.observed_at), observed_at
    ),
    imported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = orders.imported_at), imported_at
    ),
    updated_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = orders.updated_at), updated_at
    )
WHERE observed_at > $after
   OR imported_at > $after
   OR updated_at > $after;

-- name: heal_order_sightings
-- Put right what a fast clock wrote into order_sightings.
-- in:  temporary table `future_instants`, $after
-- out: rows of order_sightings
UPDATE order_sightings SET
    seen_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_sightings.seen_at), seen_at
    )
WHERE seen_at > $after;

-- name: heal_order_answers
-- Put right what a fast clock wrote into order_answers.
-- in:  temporary table `future_instants`, $after
-- out: rows of order_answers
UPDATE order_answers SET
    observed_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_answers.observed_at), observed_at
    )
WHERE observed_at > $after;

-- name: heal_order_refusals
-- Put right what a fast clock wrote into order_refusals.
-- in:  temporary table `future_instants`, $after
-- out: rows of order_refusals
UPDATE order_refusals SET
    first_seen_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_refusals.first_seen_at), first_seen_at
    ),
    last_seen_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_refusals.last_seen_at), last_seen_at
    ),
    settled_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_refusals.settled_at), settled_at
    )
WHERE first_seen_at > $after
   OR last_seen_at > $after
   OR settled_at > $after;

-- name: heal_order_cursors
-- Put right what a fast clock wrote into order_cursors.
-- in:  temporary table `future_instants`, $after
-- out: rows of order_cursors
UPDATE order_cursors SET
    seen_until = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_cursors.seen_until), seen_until
    ),
    moved_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = order_cursors.moved_at), moved_at
    )
WHERE seen_until > $after
   OR moved_at > $after;

-- name: heal_notices
-- Put right what a fast clock wrote into notices.
-- in:  temporary table `future_instants`, $after
-- out: rows of notices
UPDATE notices SET
    received_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = notices.received_at), received_at
    ),
    recorded_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = notices.recorded_at), recorded_at
    ),
    settled_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = notices.settled_at), settled_at
    ),
    next_look_at = if(next_look_at > $after + INTERVAL 1 HOUR, $after, next_look_at)
WHERE received_at > $after
   OR recorded_at > $after
   OR settled_at > $after
   OR next_look_at > $after + INTERVAL 1 HOUR;

-- name: heal_loads
-- Put right what a fast clock wrote into loads.
-- in:  temporary table `future_instants`, $after
-- out: rows of loads
UPDATE loads SET
    started_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = loads.started_at), started_at
    ),
    finished_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = loads.finished_at), finished_at
    )
WHERE started_at > $after
   OR finished_at > $after;

-- name: heal_stock_movements
-- Put right what a fast clock wrote into stock_movements.
-- in:  temporary table `future_instants`, $after
-- out: rows of stock_movements
UPDATE stock_movements SET
    effective_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = stock_movements.effective_at), effective_at
    ),
    moved_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = stock_movements.moved_at), moved_at
    )
WHERE effective_at > $after
   OR moved_at > $after;

-- name: heal_inventory_pushes
-- Put right what a fast clock wrote into inventory_pushes.
-- in:  temporary table `future_instants`, $after
-- out: rows of inventory_pushes
UPDATE inventory_pushes SET
    planned_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = inventory_pushes.planned_at), planned_at
    ),
    sent_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = inventory_pushes.sent_at), sent_at
    ),
    verified_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = inventory_pushes.verified_at), verified_at
    ),
    due_since = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = inventory_pushes.due_since), due_since
    )
WHERE planned_at > $after
   OR sent_at > $after
   OR verified_at > $after
   OR due_since > $after;

-- name: heal_shipments
-- Put right what a fast clock wrote into shipments.
-- in:  temporary table `future_instants`, $after
-- out: rows of shipments
UPDATE shipments SET
    imported_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shipments.imported_at), imported_at
    ),
    changed_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shipments.changed_at), changed_at
    ),
    sent_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shipments.sent_at), sent_at
    ),
    heard_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shipments.heard_at), heard_at
    ),
    verified_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shipments.verified_at), verified_at
    )
WHERE imported_at > $after
   OR changed_at > $after
   OR sent_at > $after
   OR heard_at > $after
   OR verified_at > $after;

-- name: heal_shops
-- Put right what a fast clock wrote into shops.
-- in:  temporary table `future_instants`, $after
-- out: rows of shops
UPDATE shops SET
    checked_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shops.checked_at), checked_at
    ),
    updated_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shops.updated_at), updated_at
    )
WHERE checked_at > $after
   OR updated_at > $after;

-- name: heal_shop_keys
-- Put right what a fast clock wrote into shop_keys.
-- in:  temporary table `future_instants`, $after
-- out: rows of shop_keys
UPDATE shop_keys SET
    first_seen_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shop_keys.first_seen_at), first_seen_at
    ),
    last_seen_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shop_keys.last_seen_at), last_seen_at
    ),
    answered_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = shop_keys.answered_at), answered_at
    )
WHERE first_seen_at > $after
   OR last_seen_at > $after
   OR answered_at > $after;

-- name: heal_alarms
-- Put right what a fast clock wrote into alarms.
-- in:  temporary table `future_instants`, $after
-- out: rows of alarms
UPDATE alarms SET
    since = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = alarms.since), since
    ),
    healed_at = coalesce(
        (SELECT becomes FROM future_instants WHERE instant = alarms.healed_at), healed_at
    )
WHERE since > $after
   OR healed_at > $after;
