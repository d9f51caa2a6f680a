-- start_inventory_pushes: the call is about to leave.
-- in:  $push_ids, $sent_at
-- out: push_id of those still planned; the others have been superseded
UPDATE inventory_pushes SET
    state   = 'sent',
    sent_at = $sent_at
WHERE list_contains($push_ids, push_id)
  AND state = 'planned'
RETURNING push_id;
