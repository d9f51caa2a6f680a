-- insert_shop_step: append a move to a shop's history.
-- in:  $shop, $stage, $moved_at, $who, $why
-- out: one row of shop_stages, numbered after the shop's last
INSERT INTO shop_stages BY NAME
SELECT
    $shop AS shop,
    coalesce(max(step), 0) + 1 AS step,
    $stage AS stage,
    $moved_at AS moved_at,
    $who AS who,
    $why AS why
FROM shop_stages
WHERE shop = $shop;
