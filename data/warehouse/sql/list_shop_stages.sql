-- list_shop_stages: where every shop stands that has a history.
-- out: shop, stage
SELECT shop, arg_max(stage, step) AS stage
FROM shop_stages
GROUP BY shop
ORDER BY shop;
