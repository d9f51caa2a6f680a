-- sightings_follow_content: an order's present content was seen when it was
-- first observed or later, and only known orders were seen.
-- out: broken, one row per order
SELECT concat_ws(' ', mall, shop_id, order_number) AS broken
FROM (SELECT * FROM orders WHERE content_source <> 'csv_created') AS o
FULL JOIN order_sightings AS s USING (mall, shop_id, order_number)
WHERE coalesce(s.seen_at < o.observed_at, true);
