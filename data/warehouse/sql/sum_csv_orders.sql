-- sum_csv_orders: the amounts of a part's orders as the file tells them, for the sums
-- that must hold (csv/formats.md §4.1); not of orders whose amounts are open.
-- in:  view `csv_speaking`, $adds_units
-- out: order_number, the order's amounts, and the sums over its lines, in file order
WITH sums AS (
    SELECT
        r.order_number,
        coalesce(
            sum(r.unit_price * r.quantity * if($adds_units, r.copies, 1)), 0
        )::BIGINT AS unit_price,
        coalesce(
            sum(r.line_total * if($adds_units, r.copies, 1)), 0
        )::BIGINT AS line_total
    FROM csv_speaking AS r
    WHERE r.is_fixed
    GROUP BY r.order_number
)
SELECT
    r.order_number, r.goods_total, r.tax_total, r.postage_total, r.cod_fee,
    r.payment_fee, r.buyer_fee, r.gift_fee, r.discount_total, r.order_total,
    r.request_total, r.point_used, r.coupon_total, r.coupon_shop, r.coupon_other,
    s.unit_price, s.line_total
FROM sums AS s
JOIN csv_speaking AS r ON r.order_number = s.order_number
WHERE r.speaks_for_order
ORDER BY r.row_number;
