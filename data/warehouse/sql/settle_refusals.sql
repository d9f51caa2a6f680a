-- settle_refusals: an order that could be stored is no longer refused.
-- in:  temporary table `judged`, $stored_at
-- out: rows of order_refusals settled; a stale snapshot settles nothing
UPDATE order_refusals
SET settled_at = $stored_at
WHERE settled_at IS NULL
  AND (mall, shop_id, order_number) IN (
      SELECT (mall, shop_id, order_number)
      FROM judged
      WHERE verdict <> 'stale'
  );
