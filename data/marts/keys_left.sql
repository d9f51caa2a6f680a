-- keys_left: days until each shop's licence key ends, as of the copy's own moment.
-- out:
--   shop       handle of the shop
--   mall       mall
--   shop_id    shop at the mall
--   stage      how far the shop is
--   ends_on    last day of the key in Japan; NULL if not known
--   days_left  days until then
-- example: FROM keys_left ORDER BY days_left
SELECT
    s.shop,
    s.mall,
    s.shop_id,
    s.stage,
    CAST(s.license_expires_at AT TIME ZONE 'Asia/Tokyo' AS DATE) AS ends_on,
    date_diff(
        'day',
        CAST(f.published_at AT TIME ZONE 'Asia/Tokyo' AS DATE),
        CAST(s.license_expires_at AT TIME ZONE 'Asia/Tokyo' AS DATE)
    ) AS days_left
FROM shops AS s, freshness AS f
ORDER BY s.shop;
