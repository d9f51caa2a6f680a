-- name: list_day_orders
-- How many orders stand where, and their yen, by mall and shop.
-- in:  macro `handle_of`, $shop_ids: these only; NULL = all
-- out: mall, shop_id, shop (its handle, where one is known), status, orders,
--      request_total (open amounts count as nothing)
SELECT
    mall, shop_id,
    handle_of(mall, shop_id) AS shop,
    status,
    count(*) AS orders,
    coalesce(sum(request_total), 0)::BIGINT AS request_total
FROM orders
WHERE $shop_ids IS NULL OR list_contains($shop_ids::VARCHAR[], shop_id)
GROUP BY mall, shop_id, status
ORDER BY mall, shop, shop_id;

-- name: list_day_work
-- What is to be done for a shop's orders today, by mall and shop.
-- in:  $shop_ids: these only; NULL = all
-- out: mall, shop_id, waiting_payment, cancel_requests (800), numbers_waiting (imported;
--      neither RMS shows them nor a file for the mall holds them as they are now)
SELECT
    mall, shop_id,
    count(*) FILTER (status = '入金待ち') AS waiting_payment,
    count(*) FILTER (mall = 'rakuten' AND mall_status = '800') AS cancel_requests,
    coalesce(sum(numbers_waiting), 0)::BIGINT AS numbers_waiting
FROM orders
LEFT JOIN (
    SELECT
        s.mall, s.shop_id, s.order_number,
        count(*) FILTER (
            s.state IN ('planned', 'sent', 'unknown')
            AND coalesce(e.exported_at < s.changed_at, true)
        ) AS numbers_waiting
    FROM shipments AS s
    LEFT JOIN (
        SELECT
            mall, shop_id, order_number, basket_id, tracking_number,
            max(exported_at) AS exported_at
        FROM tracking_exports
        GROUP BY ALL
    ) AS e USING (mall, shop_id, order_number, basket_id, tracking_number)
    GROUP BY s.mall, s.shop_id, s.order_number
) AS shipped USING (mall, shop_id, order_number)
WHERE $shop_ids IS NULL OR list_contains($shop_ids::VARCHAR[], shop_id)
GROUP BY mall, shop_id
ORDER BY mall, shop_id;

-- name: list_orders_to_ship
-- Orders that may be packed, with what was promised of their packages that are still here:
-- those without a parcel of ours, and without a number at RMS, that have not left by the
-- mall's file.
-- in:  macros `here_by_lines` and `is_here`, $shop_ids: these only; NULL = all, $today
-- out: mall, shop_id, order_number, since (day in Japan), is_one_day, delivery_on,
--      is_remote_island, prefectures, lead_times
WITH ready AS MATERIALIZED (
    SELECT
        mall, shop_id, order_number,
        CAST(coalesce(ship_instructed_at, ordered_at) AT TIME ZONE 'Asia/Tokyo' AS DATE)
            AS since,
        coalesce(is_one_day OR is_asuraku, false) AS is_one_day,
        delivery_on,
        coalesce(is_remote_island, false) AS is_remote_island
    FROM orders
    WHERE status = '受注処理中'
      AND if(mall = 'rakuten', mall_status = '300', shipped_at IS NULL)
      AND NOT cancelled
      AND outcome IS NULL
      AND NOT coalesce(is_under_review, false)
      AND ($shop_ids IS NULL OR list_contains($shop_ids::VARCHAR[], shop_id))
),
told AS (
    SELECT
        l.mall, l.shop_id, l.order_number, l.basket_id,
        here_by_lines(s.outcome) AS by_lines
    FROM line_shares AS s
    SEMI JOIN ready USING (mall, shop_id, order_number)
    JOIN order_lines AS l USING (mall, shop_id, order_number, line_id)
    GROUP BY l.mall, l.shop_id, l.order_number, l.basket_id
),
here AS MATERIALIZED (
    SELECT p.mall, p.shop_id, p.order_number, p.basket_id, p.prefecture
    FROM order_packages AS p
    SEMI JOIN ready USING (mall, shop_id, order_number)
    LEFT JOIN told AS t USING (mall, shop_id, order_number, basket_id)
    ANTI JOIN (
        SELECT mall, shop_id, order_number, basket_id
        FROM shipments
        WHERE state IN ('planned', 'sent', 'unknown', 'verified')
    ) AS s USING (mall, shop_id, order_number, basket_id)
    WHERE is_here(t.by_lines, p.tracking_number, p.shipping_date, $today::DATE)
      AND coalesce(p.gift_address_given, true)
      AND NOT coalesce(list_bool_or([
          coalesce(one.tracking_number, '') <> '' FOR one IN p.shipping_rows
      ]), false)
)
SELECT
    o.mall, o.shop_id, o.order_number, o.since, o.is_one_day, o.delivery_on,
    o.is_remote_island, p.prefectures,
    coalesce(l.lead_times, []) AS lead_times
FROM ready AS o
JOIN (
    SELECT mall, shop_id, order_number, list_distinct(list(prefecture)) AS prefectures
    FROM here
    GROUP BY mall, shop_id, order_number
) AS p USING (mall, shop_id, order_number)
LEFT JOIN (
    SELECT mall, shop_id, order_number, list_distinct(list(lead_time)) AS lead_times
    FROM order_lines
    SEMI JOIN here USING (mall, shop_id, order_number, basket_id)
    GROUP BY mall, shop_id, order_number
) AS l USING (mall, shop_id, order_number)
ORDER BY o.mall, o.shop_id, o.order_number;

-- name: count_day_matters
-- How much waits for a person, by kind and shop.
-- in:  $shop_ids: these only; NULL = all
-- out: kind, mall, shop_id, matters, oldest
SELECT kind, mall, shop_id, count(*) AS matters, min(since) AS oldest
FROM needs_a_person
WHERE $shop_ids IS NULL OR list_contains($shop_ids::VARCHAR[], shop_id)
GROUP BY kind, mall, shop_id
ORDER BY kind, mall, shop_id;

-- name: list_day_matters
-- What waits for a person, the longest waiting of each kind.
-- in:  $shop_ids: these only; NULL = all, $of_each: most of one kind
-- out: kind, key, mall, shop_id, order_number, since, what
SELECT kind, key, mall, shop_id, order_number, since, what
FROM needs_a_person
WHERE $shop_ids IS NULL OR list_contains($shop_ids::VARCHAR[], shop_id)
QUALIFY row_number() OVER (PARTITION BY kind ORDER BY since, key) <= $of_each
ORDER BY kind, since, key;
