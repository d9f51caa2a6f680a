-- find_shop_warning: the most urgent warning given about one end of a shop's key.
-- in:  $shop, $expires_at
-- out: days, NULL = none given
SELECT min(days) AS days
FROM shop_warnings
WHERE shop = $shop
  AND expires_at = $expires_at;
