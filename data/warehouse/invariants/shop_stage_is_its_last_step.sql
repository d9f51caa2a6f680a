-- shop_stage_is_its_last_step: the stage a shop's row shows is the one its history
-- ends with; a row without a stage shows none.
-- out: broken, one row per shop that shows another
SELECT s.shop AS broken
FROM shops AS s
LEFT JOIN (
    SELECT shop, arg_max(stage, step) AS stage
    FROM shop_stages
    GROUP BY shop
) AS last USING (shop)
WHERE s.stage IS NOT NULL
  AND s.stage IS DISTINCT FROM last.stage;
