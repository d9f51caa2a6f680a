-- list_known_answers: by what answer the present content of each order is known.
-- in:  $shop_id, $numbers
-- out: order_number, answer_hash
SELECT order_number, answer_hash
FROM order_sightings
WHERE mall = 'rakuten'
  AND shop_id = $shop_id
  AND order_number IN (SELECT unnest($numbers))
  AND answer_hash IS NOT NULL;
