-- name: sum_csv_orders
-- The amounts of a part's orders as the file tells them, for the sums
-- that must hold (docs/order-files.md §4.1); not of orders whose amounts are open.
-- in:  view `csv_speaking`, $adds_units
-- out: order_number, the order's amounts, and the sums over its lines, in file order
WITH sums AS (
    SELECT
        order_number,
        if(bool_and(price IS NOT NULL), sum(price), NULL)::BIGINT AS unit_price,
        if(bool_and(own IS NOT NULL), sum(own), NULL)::BIGINT AS line_total,
        if(
            bool_and(coalesce(own, price) IS NOT NULL), sum(coalesce(own, price)), NULL
        )::BIGINT AS own_total,
        bool_and(price IS NOT NULL AND own IS NULL AND tax_rate IS NOT NULL) AS is_by_rate,
        coalesce(sum(price) FILTER (tax_rate = 0), 0)::BIGINT AS lines_at_0,
        coalesce(sum(price) FILTER (tax_rate = 0.08::DOUBLE), 0)::BIGINT AS lines_at_8,
        coalesce(sum(price) FILTER (tax_rate = 0.1::DOUBLE), 0)::BIGINT AS lines_at_10
    FROM (
        SELECT
            order_number, tax_rate,
            unit_price * quantity * if($adds_units, copies, 1) AS price,
            line_total * if($adds_units, copies, 1) AS own
        FROM csv_speaking
        WHERE is_fixed
    )
    GROUP BY order_number
)
SELECT
    r.order_number, r.goods_total, r.tax_total, r.postage_total, r.cod_fee,
    r.payment_fee, r.buyer_fee, r.gift_fee, r.discount_total, r.order_total,
    r.request_total, r.point_used, r.coupon_total, r.coupon_shop, r.coupon_other,
    r.billed_at_0, r.billed_at_8, r.billed_at_10,
    s.unit_price, s.line_total, s.own_total,
    if(s.is_by_rate, s.lines_at_0, NULL) AS lines_at_0,
    if(s.is_by_rate, s.lines_at_8, NULL) AS lines_at_8,
    if(s.is_by_rate, s.lines_at_10, NULL) AS lines_at_10
FROM sums AS s
JOIN csv_speaking AS r ON r.order_number = s.order_number
WHERE r.speaks_for_order
ORDER BY r.row_number;
