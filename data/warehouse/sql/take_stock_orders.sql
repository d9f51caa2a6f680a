-- take_stock_orders: which orders the ledger is brought in line with.
-- in:  $mall, $shop_id, $order_numbers (NULL: all of the shop's)
-- out: temporary table `stock_orders`
CREATE OR REPLACE TEMP TABLE stock_orders AS
SELECT order_number
FROM orders
WHERE mall = $mall
  AND shop_id = $shop_id
  AND (
      $order_numbers::VARCHAR[] IS NULL
      OR order_number IN (SELECT unnest($order_numbers::VARCHAR[]))
  );
