-- insert_notices: keep each notice once, for ever.
-- in:  view `told` (position, notice_key, shop_id, order_number, kind, subject,
--      received_at), $recorded_at
-- out: rows of notices, waiting; the count of new ones. A receiver whose clock runs
--      ahead must not name a moment no read can be later than: hence least()
INSERT INTO notices BY NAME
SELECT
    notice_key,
    'rakuten' AS mall,
    shop_id, order_number, kind, subject,
    least(received_at, $recorded_at) AS received_at,
    $recorded_at AS recorded_at,
    0 AS looks
FROM told
QUALIFY row_number() OVER (
    PARTITION BY notice_key
    ORDER BY received_at, position
) = 1
ON CONFLICT (notice_key) DO NOTHING;
