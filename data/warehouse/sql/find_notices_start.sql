-- find_notices_start: from when on a shop's notices are ingested.
-- in:  $shop
-- out: notices_start_at, at most one row
SELECT notices_start_at
FROM shops
WHERE shop = $shop
  AND notices_start_at IS NOT NULL;
