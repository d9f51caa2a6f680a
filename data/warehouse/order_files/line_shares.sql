-- name: list_csv_shares
-- The stored lines of a part's known orders, with what each says of its order. Of a line
-- whose share is not kept, how far it is is taken from its order.
-- in:  temporary table `csv_orders`, line_shares, $part, $mall, $shop_id
-- out: order_number, line_id, the line's share, is_kept, the order's own of each cell
SELECT
    l.order_number, l.line_id,
    coalesce(s.mall_status, o.mall_status) AS mall_status,
    coalesce(s.outcome, o.outcome, 'open') AS outcome,
    s.goods_total, s.postage_total, s.gift_fee, s.discount_total, s.request_total,
    s.line_id IS NOT NULL AS is_kept,
    o.mall_status AS order_mall_status,
    o.outcome AS order_outcome,
    o.goods_total AS order_goods_total,
    o.postage_total AS order_postage_total,
    o.gift_fee AS order_gift_fee,
    o.discount_total AS order_discount_total,
    o.request_total AS order_request_total
FROM order_lines AS l
SEMI JOIN (
    SELECT order_number FROM csv_orders WHERE part = $part AND is_known
) AS k ON k.order_number = l.order_number
JOIN orders AS o USING (mall, shop_id, order_number)
LEFT JOIN line_shares AS s USING (mall, shop_id, order_number, line_id)
WHERE l.mall = $mall
  AND l.shop_id = $shop_id;

-- name: update_csv_shares
-- Write what the part's stored lines say of their orders, where it is something else now.
-- in:  view `csv_shares`, $mall, $shop_id
-- out: rows of line_shares
UPDATE line_shares AS s SET
    mall_status    = n.mall_status,
    outcome        = n.outcome,
    goods_total    = n.goods_total,
    postage_total  = n.postage_total,
    gift_fee       = n.gift_fee,
    discount_total = n.discount_total,
    request_total  = n.request_total
FROM csv_shares AS n
WHERE n.is_kept
  AND s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = n.order_number
  AND s.line_id = n.line_id;

-- name: insert_csv_shares
-- Write what the part's other lines say of their orders.
-- in:  view `csv_shares`, $mall, $shop_id
-- out: rows of line_shares
INSERT INTO line_shares BY NAME
SELECT $mall AS mall, $shop_id AS shop_id, n.* EXCLUDE (is_kept)
FROM csv_shares AS n
WHERE NOT n.is_kept;
