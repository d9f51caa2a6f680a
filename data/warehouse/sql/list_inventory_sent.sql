-- list_inventory_sent: a run's pushes that left, and wait for the proof.
-- in:  $mall, $shop_id, $run_id
-- out: push_id, manage_number, variant_id, offered, found_before
SELECT push_id, manage_number, variant_id, offered, found_before
FROM inventory_pushes
WHERE mall = $mall
  AND shop_id = $shop_id
  AND run_id = $run_id
  AND sent_at IS NOT NULL
  AND state IN ('sent', 'unknown')
ORDER BY push_id;
