-- name: find_cursor
-- How far the sweep has seen a shop.
-- in:  $mall, $shop_id
-- out: seen_until, at most one row
SELECT seen_until
FROM order_cursors
WHERE mall = $mall
  AND shop_id = $shop_id;

-- name: list_unknown_numbers
-- Orders that a search found and nobody has told us of.
-- in:  $shop_id, $found
-- out: order_number, as they were found
SELECT f.order_number
FROM (
    SELECT
        unnest($found::VARCHAR[]) AS order_number,
        generate_subscripts($found::VARCHAR[], 1) AS place
) AS f
ANTI JOIN (
    SELECT order_number FROM orders WHERE mall = 'rakuten' AND shop_id = $shop_id
) AS known USING (order_number)
ORDER BY f.place;

-- name: list_shipped
-- Orders that are shipped by what the mall showed last.
-- in:  $shop_id, $found
-- out: order_number
SELECT order_number
FROM orders
WHERE mall = 'rakuten'
  AND shop_id = $shop_id
  AND mall_status IN ('500', '600', '700')
  AND order_number IN (SELECT unnest($found::VARCHAR[]))
ORDER BY order_number;

-- name: list_orders_to_reread
-- Orders that may have changed without a word, because RMS
-- cannot be asked for changes (docs/rms/order-api.md §2.4).
-- in:  $shop_id, $readable_since, $returns_since, $missing_since, $has_order
-- out: order_number, longest unseen first. Final are 700 (paid) and 900 (cancelled),
--      and 500 and 600 once returns are unlikely; a status of no number is a CSV's
--      word or a new code, and is not final. An order whose stock follows the mall is
--      read until the mall itself has said so, whatever a CSV said since: only that
--      gives back what it had taken. Orders not taken yet are among them: those
--      the mall has ($has_order) as long as it shows orders, those it does not show for
--      some days; of a CSV's orders that the mall did not show, those imported since
WITH open_orders AS (
    SELECT mall, shop_id, order_number
    FROM orders
    WHERE mall = 'rakuten'
      AND shop_id = $shop_id
      AND coalesce(ordered_at, imported_at) >= $readable_since
      AND CASE
          WHEN content_source = 'csv_changed' AND stock_policy = 'auto' THEN true
          WHEN mall_status IN ('700', '900') THEN false
          WHEN mall_status IN ('500', '600')
              THEN coalesce(shipped_at, ordered_at, imported_at) >= $returns_since
          ELSE true
      END
    UNION
    SELECT mall, shop_id, order_number
    FROM order_refusals
    WHERE mall = 'rakuten'
      AND shop_id = $shop_id
      AND settled_at IS NULL
      AND first_seen_at >= if(
          list_contains($has_order::VARCHAR[], code), $readable_since, $missing_since
      )
)
SELECT order_number
FROM open_orders
ANTI JOIN (
    SELECT mall, shop_id, order_number
    FROM orders_not_at_mall
    WHERE imported_at < $missing_since
) AS given_up USING (mall, shop_id, order_number)
LEFT JOIN order_sightings USING (mall, shop_id, order_number)
ORDER BY seen_at NULLS FIRST, order_number;

-- name: move_cursor
-- Record how far the sweep has seen; nobody has seen what is still to come.
-- in:  $mall, $shop_id, $seen_until, $moved_at
-- out: a row of order_cursors; seen_until never goes back
INSERT INTO order_cursors BY NAME
SELECT
    $mall AS mall,
    $shop_id AS shop_id,
    least($seen_until, $moved_at) AS seen_until,
    $moved_at AS moved_at
ON CONFLICT (mall, shop_id) DO UPDATE SET
    seen_until = excluded.seen_until,
    moved_at   = excluded.moved_at
WHERE excluded.seen_until > order_cursors.seen_until;

-- name: upsert_load
-- Write a run's row; recorded at its start and again at its end.
-- in:  every column of loads as a parameter
-- out: one row of loads
INSERT OR REPLACE INTO loads BY NAME
SELECT
    $load_id AS load_id,
    $source AS source,
    $mall AS mall,
    $shop_id AS shop_id,
    $flow_run_id AS flow_run_id,
    $started_at AS started_at,
    $finished_at AS finished_at,
    $window_from AS window_from,
    $window_to AS window_to,
    $found AS found,
    $created AS created,
    $changed AS changed,
    $unchanged AS unchanged,
    $stale AS stale,
    $refused AS refused,
    $found_without_notice AS found_without_notice;
