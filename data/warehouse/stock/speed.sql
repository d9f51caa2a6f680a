-- name: measure_stock_speed
-- How fast levels came to show at the mall, and what waits.
-- A mall that takes no levels from us and a shop that is not live, or closed, wait for
-- nothing.
-- in:  macros `handle_of` and `closed_shops`, $since: levels verified after it count;
--      $mall that takes levels; $live (stage)
-- out: mall, shop_id, shop (its handle, where one is known), levels, median_s and p99_s
--      from the cause to the proof (NULL = none), due (levels that wait), oldest (since
--      when the first of them does), is_on and silent_hours of the shop's stock link
WITH shown AS (
    SELECT
        mall, shop_id,
        count(*) AS levels,
        median(epoch(verified_at - due_since)) AS median_s,
        quantile_cont(epoch(verified_at - due_since), 0.99) AS p99_s
    FROM inventory_pushes
    WHERE state = 'verified'
      AND due_since IS NOT NULL
      AND verified_at > $since::TIMESTAMPTZ
    GROUP BY mall, shop_id
),
waits AS (
    SELECT mall, shop_id, count(*) AS due, min(due_since) AS oldest
    FROM inventory_due
    WHERE mall = $mall
      AND shop_id NOT IN (
          SELECT s.shop_id FROM shops AS s WHERE s.mall = $mall AND s.stage <> $live
          UNION ALL
          SELECT c.shop_id FROM closed_shops() AS c WHERE c.mall = $mall
      )
    GROUP BY mall, shop_id
),
links AS (
    FROM stock_links
    QUALIFY row_number() OVER (PARTITION BY mall, shop_id ORDER BY since DESC) = 1
)
SELECT
    mall, shop_id, handle_of(mall, shop_id) AS shop,
    coalesce(s.levels, 0) AS levels, s.median_s, s.p99_s,
    coalesce(w.due, 0) AS due, w.oldest,
    coalesce(k.is_on, true) AS is_on, coalesce(k.silent_hours, '') AS silent_hours
FROM shown AS s
FULL JOIN waits AS w USING (mall, shop_id)
LEFT JOIN links AS k USING (mall, shop_id)
ORDER BY mall, shop;
