-- insert_shop_warning: note that a warning was given; twice is once.
-- in:  $shop, $expires_at, $days, $warned_at
-- out: one row of shop_warnings
INSERT INTO shop_warnings BY NAME
SELECT
    $shop AS shop,
    $expires_at AS expires_at,
    $days AS days,
    $warned_at AS warned_at
ON CONFLICT DO NOTHING;
