-- cleared_orders_have_no_people: of an order whose buyer's data was cleared nothing tells
-- who bought, in no table and in no content it has had.
-- out: broken, one row per place
SELECT concat_ws(' ', 'people', mall, shop_id, order_number) AS broken
FROM order_people
SEMI JOIN cleared_orders USING (mall, shop_id, order_number)
UNION ALL
SELECT concat_ws(' ', 'package', mall, shop_id, order_number, basket_id)
FROM order_packages
SEMI JOIN cleared_orders USING (mall, shop_id, order_number)
WHERE coalesce(
    zip, noshi, drop_off_location, pickup_store, pickup_store_code
) IS NOT NULL
UNION ALL
SELECT concat_ws(' ', 'wrapping', mall, shop_id, order_number)
FROM orders
SEMI JOIN cleared_orders USING (mall, shop_id, order_number)
WHERE gift_wrapping IS NOT NULL
UNION ALL
SELECT concat_ws(' ', 'kept answer', mall, shop_id, order_number)
FROM order_answers
SEMI JOIN cleared_orders USING (mall, shop_id, order_number)
UNION ALL
SELECT concat_ws(' ', 'line', mall, shop_id, order_number, line_id)
FROM order_lines
SEMI JOIN cleared_orders USING (mall, shop_id, order_number)
WHERE choices IS NOT NULL
UNION ALL
SELECT concat_ws(' ', 'log', mall, shop_id, order_number, observed_at)
FROM order_log
SEMI JOIN cleared_orders USING (mall, shop_id, order_number)
WHERE regexp_matches(
    content::VARCHAR,
    '"(choices|zip|noshi|drop_off_location|pickup_store|pickup_store_code|gift_wrapping)":"'
)
UNION ALL
SELECT concat_ws(' ', 'answer', mall, shop_id, order_number)
FROM order_sightings
SEMI JOIN cleared_orders USING (mall, shop_id, order_number)
WHERE answer_hash IS NOT NULL;
