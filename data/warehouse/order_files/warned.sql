-- name: list_csv_warned
-- The warnings about cells that are worth keeping: an order that is not stored has none.
-- in:  view `csv_warned`, temporary table `csv_orders`
-- out: row_number, column_name, kind, reason, order_number, in file order
SELECT w.row_number, w.column_name, w.kind, w.reason, w.order_number
FROM csv_warned AS w
LEFT JOIN csv_orders AS o ON o.order_number = w.order_number
WHERE o.order_number IS NOT NULL
   OR (w.order_number IS NULL AND w.column_name IS NULL)
ORDER BY w.row_number;

-- name: list_csv_warnings
-- What a person should know of the file's orders. Asked before
-- anything is written.
-- in:  temporary tables `csv_orders`, `csv_baskets`, `csv_lines`
-- out: kind, order_number, lines (how many the warning is about)
SELECT 'line-differs' AS kind, o.order_number, count(*) AS lines
FROM csv_lines AS l
JOIN csv_orders AS o ON o.last_row = l.order_row
WHERE l.is_uneven
GROUP BY o.order_number
UNION ALL
SELECT 'order-differs', order_number, 1
FROM csv_orders
WHERE is_uneven
UNION ALL
SELECT 'package-differs', order_number, count(*)
FROM csv_baskets
WHERE is_uneven
GROUP BY order_number
ORDER BY kind, order_number;

-- name: list_csv_steps_back
-- Known orders of a part whose file is older than what is stored.
-- in:  temporary table `csv_statuses`, $back: orders of which it is older in a line
-- out: kind, order_number, lines
SELECT 'step-back' AS kind, order_number, 1 AS lines
FROM csv_statuses
WHERE is_behind
   OR list_contains($back::VARCHAR[], order_number)
ORDER BY order_number;

-- name: list_csv_adjusted
-- Lines whose units or SKU are about to change, or whose order is about to end, after a
-- person adjusted the stock for them.
-- in:  temporary tables `csv_changed_lines`, `csv_statuses`, $mall, $shop_id
-- out: kind, order_number, lines
SELECT 'cancelled-after-adjustment' AS kind, s.order_number, count(*) AS lines
FROM csv_statuses AS s
JOIN order_lines AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = s.order_number
WHERE s.ends
  AND o.stock_adjusted_at IS NOT NULL
GROUP BY s.order_number
UNION ALL
SELECT 'units-after-adjustment' AS kind, n.order_number, count(*) AS lines
FROM csv_changed_lines AS n
JOIN order_lines AS o USING (mall, shop_id, order_number, line_id)
WHERE o.stock_adjusted_at IS NOT NULL
  AND o.quantity <> n.quantity
GROUP BY n.order_number
UNION ALL
SELECT 'sku-after-adjustment' AS kind, n.order_number, count(*) AS lines
FROM csv_changed_lines AS n
JOIN order_lines AS o USING (mall, shop_id, order_number, line_id)
WHERE o.stock_adjusted_at IS NOT NULL
  AND o.sku <> n.sku
GROUP BY n.order_number
ORDER BY kind, order_number;

-- name: find_csv_outdated_labels
-- Packages that are about to get another recipient, another day or amount to be collected,
-- 冷蔵 or 冷凍, or to go, although their label was exported: a parcel with it would come to
-- the wrong door, or be one too many. Not of orders that the mall calls shipped or over.
-- in:  temporary tables `csv_changed_orders`, `csv_changed_people`, `csv_changed_lines`,
--      `csv_moved`, macros `door` and `cold`, $mall, $shop_id, $cod: the pattern of a
--      payment by 代引, $no_wish: of no wished hours
-- out: temporary table `csv_outdated_labels` (order_number, basket_id)
CREATE OR REPLACE TEMP TABLE csv_outdated_labels AS
WITH printed AS (
    SELECT l.order_number, l.basket_id
    FROM shipping_labels AS l
    JOIN orders AS o USING (mall, shop_id, order_number)
    WHERE l.mall = $mall
      AND l.shop_id = $shop_id
      AND o.outcome IS NULL
      AND o.shipped_at IS NULL
      AND o.status <> 'キャンセル'
      AND NOT o.cancelled
),
recipients AS (
    SELECT order_number, basket_id, family_name, first_name, zip, prefecture, city, street
    FROM csv_changed_people
    WHERE role = 'recipient'
    UNION ALL
    SELECT order_number, basket_id, family_name, first_name, zip, prefecture, city, street
    FROM order_people
    WHERE mall = $mall
      AND shop_id = $shop_id
      AND role = 'recipient'
),
doors AS (
    SELECT
        order_number, basket_id,
        door(family_name, first_name, zip, prefecture, city, street) AS door
    FROM recipients
    SEMI JOIN printed USING (order_number, basket_id)
),
outdated AS (
    SELECT order_number, basket_id
    FROM doors
    GROUP BY order_number, basket_id
    HAVING count(DISTINCT door) > 1
    UNION
    SELECT p.order_number, p.basket_id
    FROM printed AS p
    JOIN csv_changed_orders AS n USING (order_number)
    JOIN orders AS o USING (mall, shop_id, order_number)
    WHERE n.delivery_on IS DISTINCT FROM o.delivery_on
       OR coalesce(n.delivery_slot, 0) <> coalesce(o.delivery_slot, 0)
       OR n.delivery_slot IS NULL AND if(
           regexp_full_match(coalesce(n.delivery_slot_name, ''), $no_wish),
           '', n.delivery_slot_name
       ) <> if(
           regexp_full_match(coalesce(o.delivery_slot_name, ''), $no_wish),
           '', o.delivery_slot_name
       )
       OR if(
           regexp_matches(coalesce(n.payment_method, ''), $cod),
           coalesce(n.request_total, 0), 0
       ) <> if(
           regexp_matches(coalesce(o.payment_method, ''), $cod),
           coalesce(o.request_total, 0), 0
       )
       OR cold(n.delivery_method, o.delivery_class) > 0
           AND cold(n.delivery_method, o.delivery_class)
               <> cold(o.delivery_method, o.delivery_class)
    UNION
    SELECT m.order_number, m.basket_id
    FROM csv_moved AS m
    WHERE NOT EXISTS (
        FROM order_lines AS l
        ANTI JOIN csv_changed_lines AS n USING (mall, shop_id, order_number, line_id)
        WHERE l.mall = m.mall AND l.shop_id = m.shop_id
          AND l.order_number = m.order_number AND l.basket_id = m.basket_id
    )
      AND NOT EXISTS (
        FROM csv_changed_lines AS n
        WHERE n.order_number = m.order_number AND n.basket_id = m.basket_id
    )
)
SELECT order_number, basket_id
FROM outdated
JOIN printed USING (order_number, basket_id);

-- name: list_csv_outdated_labels
-- The same by order.
-- in:  temporary table `csv_outdated_labels`
-- out: kind, order_number, lines (packages)
SELECT 'label-outdated' AS kind, order_number, count(*) AS lines
FROM csv_outdated_labels
GROUP BY order_number
ORDER BY order_number;

-- name: list_csv_without_total
-- Orders of a part that are stored without a total although their file has a column for
-- it: a pending order of Amazon's has no prices yet. A cancelled one needs none.
-- in:  temporary table `csv_orders`, $part, $mall, $shop_id
-- out: kind, order_number, lines
SELECT 'total-missing' AS kind, o.order_number, 1 AS lines
FROM csv_orders AS c
JOIN orders AS o
    ON o.mall = $mall AND o.shop_id = $shop_id AND o.order_number = c.order_number
WHERE c.part = $part
  AND o.request_total IS NULL
  AND o.status <> 'キャンセル'
  AND NOT o.cancelled
ORDER BY o.order_number;
