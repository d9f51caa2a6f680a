-- repeat_buyers: buyers by month of Japan, and how many of them had bought before; without
-- any name. An order without a buyer_key is counted apart: its buyer was never known, or is
-- cleared, as every buyer is JUCHU_RETENTION_DAYS (90) after the order has ended. So the numbers
-- of past months fall, and a buyer whose earlier orders are all cleared counts as new.
-- out:
--   month           month in Japan
--   orders          orders that count
--   buyers          different buyers, of orders with a buyer_key
--   buyers_again    of them, those with an order in an earlier month that has its buyer_key still
--   orders_unknown  orders without a buyer_key
-- example: FROM repeat_buyers ORDER BY month DESC LIMIT 12
WITH counted AS (
    SELECT
        month_jst, buyer_key,
        min(month_jst) OVER (PARTITION BY buyer_key) AS first_month
    FROM orders
    WHERE NOT cancelled
      AND coalesce(outcome, '') NOT IN ('cancelled', 'refunded')
)
SELECT
    month_jst AS month,
    count(*) AS orders,
    count(DISTINCT buyer_key) AS buyers,
    count(DISTINCT buyer_key) FILTER (first_month < month_jst) AS buyers_again,
    count(*) FILTER (buyer_key IS NULL) AS orders_unknown
FROM counted
GROUP BY month_jst
ORDER BY month;
