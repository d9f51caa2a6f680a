-- name: insert_stock_link
-- What a shop has set now, unless it is what was found last.
-- in:  $mall, $shop_id, $since, $is_on, $silent_hours
-- out: at most one row of stock_links
INSERT INTO stock_links BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, $since::TIMESTAMPTZ AS since,
    $is_on::BOOLEAN AS is_on, $silent_hours::VARCHAR AS silent_hours
WHERE coalesce((
    SELECT is_on <> $is_on OR silent_hours <> $silent_hours
    FROM stock_links
    WHERE mall = $mall AND shop_id = $shop_id
    ORDER BY since DESC
    LIMIT 1
), true)
ON CONFLICT DO NOTHING;
