-- verify_inventory_pushes: what the mall shows after a push.
-- in:  view `inventory_judged` (push_id, state, reason, found_after), $read_at
-- out: rows of inventory_pushes
UPDATE inventory_pushes AS p SET
    state       = j.state,
    reason      = j.reason,
    found_after = j.found_after,
    verified_at = if(j.state = 'verified', $read_at, NULL)
FROM inventory_judged AS j
WHERE p.push_id = j.push_id;
