-- order_statuses: every status an order has had, since when and until when; as juchu saw
-- them, so an order that was stored late begins when it was stored.
-- out:
--   mall          mall
--   shop_id       shop
--   order_number  受注番号
--   status        where it stood for the shop
--   since         when it was first seen so
--   until         when it was first seen otherwise; NULL while it stands so
--   hours         how long, until now if it still does
--   since_known   false where it began before statuses were logged, and may have stood so for
--                 longer than `since` says
-- example: FROM order_statuses WHERE until IS NULL ORDER BY hours DESC LIMIT 20
WITH spans AS (
    SELECT
        mall, shop_id, order_number, status,
        lag(ended_at) OVER one_order AS began,
        coalesce(lag(status) OVER one_order, '') AS before,
        row_number() OVER one_order = 1 AS is_first,
        ended_at
    FROM (
        SELECT mall, shop_id, order_number, status, ended_at
        FROM order_status_log
        UNION ALL
        SELECT mall, shop_id, order_number, status, NULL
        FROM orders
    )
    WINDOW one_order AS (
        PARTITION BY mall, shop_id, order_number ORDER BY ended_at NULLS LAST
    )
)
SELECT
    s.mall,
    s.shop_id,
    s.order_number,
    s.status,
    coalesce(s.began, o.imported_at) AS since,
    s.ended_at AS until,
    round(epoch(coalesce(s.ended_at, f.published_at) - coalesce(s.began, o.imported_at)) / 3600, 1)
        AS hours,
    s.is_first OR s.before <> '' AS since_known
FROM spans AS s
JOIN orders AS o USING (mall, shop_id, order_number)
CROSS JOIN freshness AS f
WHERE s.status IS NOT NULL
ORDER BY s.mall, s.shop_id, s.order_number, since;
