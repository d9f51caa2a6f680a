-- name: take_adjusted_lines
-- The lines of orders about to change for which a person adjusted stock.
-- in:  temporary table `written`; order_lines as they were
-- out: temporary table `adjusted_lines`; how many
CREATE OR REPLACE TEMP TABLE adjusted_lines AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, s.sku, l.quantity,
    w.observed_at AS changed_at
FROM order_lines AS l
JOIN written AS w USING (mall, shop_id, order_number)
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
WHERE l.stock_adjusted_at IS NOT NULL;

-- name: take_csv_adjusted_lines
-- The same of orders that a file is about to change.
-- in:  temporary table `csv_changed_lines`, $imported_at; order_lines as they were
-- out: temporary table `adjusted_lines`; how many
CREATE OR REPLACE TEMP TABLE adjusted_lines AS
SELECT
    l.mall, l.shop_id, l.order_number, l.line_id, s.sku, l.quantity,
    $imported_at::TIMESTAMPTZ AS changed_at
FROM order_lines AS l
SEMI JOIN csv_changed_lines USING (mall, shop_id, order_number, line_id)
JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
WHERE l.stock_adjusted_at IS NOT NULL;

-- name: record_outdated_adjustments
-- Remember by how much the adjusted lines ask for other stock now. A line that went is passed
-- over where another one of its SKU came: that one waits, and shows what was adjusted before.
-- in:  temporary table `adjusted_lines`; order_lines as they are now
-- out: rows of outdated_adjustments
INSERT INTO outdated_adjustments BY NAME
WITH waiting AS (
    SELECT DISTINCT s.mall, s.shop_id, s.order_number, s.sku, true AS waits
    FROM order_lines AS l
    SEMI JOIN adjusted_lines USING (mall, shop_id, order_number)
    JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
    WHERE l.stock_adjusted_at IS NULL
      AND l.quantity <> 0
), sides AS (
    SELECT
        a.mall, a.shop_id, a.order_number, a.changed_at,
        unnest([
            {'sku': a.sku, 'quantity': -a.quantity}, {'sku': s.sku, 'quantity': s.quantity}
        ], recursive := true)
    FROM adjusted_lines AS a
    LEFT JOIN stock_lines AS s USING (mall, shop_id, order_number, line_id)
    LEFT JOIN waiting AS w
        ON w.mall = a.mall AND w.shop_id = a.shop_id
        AND w.order_number = a.order_number AND w.sku = a.sku
    WHERE s.line_id IS NOT NULL
       OR w.waits IS NULL
)
SELECT
    mall, shop_id, order_number, sku,
    sum(quantity)::BIGINT AS quantity,
    any_value(changed_at) AS changed_at
FROM sides
WHERE sku <> ''
GROUP BY mall, shop_id, order_number, sku
HAVING sum(quantity) <> 0;
