-- answers_follow_their_order: an order has one kept answer at most, asked for no later than
-- the order was last seen.
-- out: broken, one row per answer or order
SELECT concat_ws(' ', mall, shop_id, order_number, count(*)) AS broken
FROM order_answers
GROUP BY mall, shop_id, order_number
HAVING count(*) > 1
UNION ALL
SELECT concat_ws(' ', mall, shop_id, order_number, a.observed_at)
FROM order_answers AS a
LEFT JOIN order_sightings AS s USING (mall, shop_id, order_number)
WHERE s.seen_at IS NULL
   OR a.observed_at > s.seen_at;
