-- list_announced: which of these orders a notice has named, settled or not.
-- in:  $shop_id, $numbers
-- out: order_number
SELECT DISTINCT order_number
FROM notices
WHERE mall = 'rakuten'
  AND shop_id = $shop_id
  AND order_number IN (SELECT unnest($numbers));
