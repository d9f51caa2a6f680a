-- set_shop_stage: let a shop's row show the last move of its history.
-- in:  $shop
-- out: the shop's row, if it has one and a history
UPDATE shops SET stage = last.stage
FROM (
    SELECT arg_max(stage, step) AS stage
    FROM shop_stages
    WHERE shop = $shop
) AS last
WHERE shops.shop = $shop
  AND last.stage IS NOT NULL;
