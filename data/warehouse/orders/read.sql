-- name: list_stored_contents
-- Orders as the mall showed them last. Their places are found before their contents are
-- read: beside the join DuckDB would unpack every content there ever was.
-- in:  $mall, $shop_id, $numbers
-- out: order_number, seen_at, content (JSON without the absent), in no order; an order
--      whose present content is not the mall's own is left out
WITH latest AS MATERIALIZED (
    SELECT
        o.order_number,
        coalesce(g.seen_at, o.observed_at) AS seen_at,
        l.rowid AS place
    FROM orders AS o
    JOIN order_log AS l USING (mall, shop_id, order_number, content_hash)
    LEFT JOIN order_sightings AS g USING (mall, shop_id, order_number)
    WHERE o.mall = $mall
      AND o.shop_id = $shop_id
      AND list_contains($numbers::VARCHAR[], o.order_number)
      AND l.source = 'api'
    QUALIFY row_number() OVER (
        PARTITION BY o.order_number ORDER BY l.observed_at DESC
    ) = 1
)
SELECT s.order_number, s.seen_at, l.content
FROM latest AS s
JOIN order_log AS l ON l.rowid = s.place;

-- name: list_stored_people
-- The people of orders; personal data.
-- in:  $mall, $shop_id, $numbers
-- out: order_number, then a person's columns
SELECT
    order_number, role, basket_id, family_name, first_name, family_name_kana,
    first_name_kana, zip, prefecture, city, street, phone, email, remarks,
    memo, operator, mail_note, pickup_zip, pickup_address
FROM order_people
WHERE mall = $mall
  AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number);
