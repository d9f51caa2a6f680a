-- stock_follows_orders: each line of an order that moves stock has taken from its
-- SKU what the order's present row asks for, once, and nothing from another SKU. Orders
-- that a CSV import changed last wait for the mall's own answer; a shop's ledger begins
-- with its first movement.
-- out: broken, one row per line and SKU
WITH begun AS (
    SELECT DISTINCT mall, shop_id
    FROM stock_movements
    WHERE kind = 'order' AND source = 'api'
),
judged AS (
    SELECT mall, shop_id, order_number, cancelled
    FROM orders
    SEMI JOIN begun USING (mall, shop_id)
    WHERE stock_policy = 'auto'
      AND content_source = 'api'
),
wanted AS (
    SELECT
        l.mall, l.shop_id, l.order_number, l.line_id, l.sku,
        if(o.cancelled, 0, -l.quantity) AS quantity
    FROM stock_lines AS l
    JOIN judged AS o USING (mall, shop_id, order_number)
    WHERE l.sku <> ''
),
moved AS (
    SELECT mall, shop_id, order_number, line_id, sku, sum(quantity) AS quantity
    FROM stock_movements
    SEMI JOIN judged USING (mall, shop_id, order_number)
    WHERE kind IN ('order', 'cancellation')
    GROUP BY ALL
)
SELECT concat_ws(' ', mall, shop_id, order_number, line_id, sku) AS broken
FROM wanted AS w
FULL JOIN moved AS m USING (mall, shop_id, order_number, line_id, sku)
WHERE coalesce(w.quantity, 0) <> coalesce(m.quantity, 0);
