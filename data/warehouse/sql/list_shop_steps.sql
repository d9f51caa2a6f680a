-- list_shop_steps: a shop's history, oldest move first.
-- in:  $shop
-- out: stage, moved_at, who, why
SELECT stage, moved_at, who, why
FROM shop_stages
WHERE shop = $shop
ORDER BY step;
