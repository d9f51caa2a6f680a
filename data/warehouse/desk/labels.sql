-- name: list_published_parcels
-- Parcels of the copy: first those that a person or a run has something to do about,
-- then the latest ones.
-- in:  macro `handle_of`, the copy's shipments, $row_limit
-- out: shop, mall, order_number, basket_id, carrier_code, tracking_number,
--      shipping_date, state, changed_at
SELECT
    handle_of(s.mall, s.shop_id) AS shop,
    s.mall, s.order_number, s.basket_id, s.carrier_code, s.tracking_number,
    s.shipping_date, s.state,
    greatest(s.changed_at, s.sent_at, s.heard_at, s.verified_at) AS changed_at
FROM shipments AS s
ORDER BY
    s.state IN ('refused', 'unknown') DESC,
    changed_at DESC NULLS LAST, s.order_number, s.tracking_number
LIMIT $row_limit;

-- name: count_published_parcels
-- How many parcels stand at each state.
-- in:  the copy's shipments
-- out: state, parcels
SELECT state, count(*) AS parcels FROM shipments GROUP BY state ORDER BY state;
