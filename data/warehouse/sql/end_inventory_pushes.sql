-- end_inventory_pushes: what a call came to, other than a number that was read back.
-- in:  $push_ids, $state, $reason
-- out: rows of inventory_pushes that were under way
UPDATE inventory_pushes SET
    state  = $state,
    reason = $reason
WHERE list_contains($push_ids, push_id)
  AND state = 'sent';
