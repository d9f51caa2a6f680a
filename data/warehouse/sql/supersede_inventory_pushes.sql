-- supersede_inventory_pushes: what is planned anew is not sent from an older plan.
-- in:  temporary table `inventory_plan`, $mall, $shop_id, $reason
-- out: rows of inventory_pushes; they stay, with the reason
UPDATE inventory_pushes AS p SET
    state  = 'superseded',
    reason = $reason
FROM inventory_plan AS n
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND p.manage_number = n.manage_number
  AND p.variant_id = n.variant_id
  AND p.state IN ('planned', 'sent', 'unknown')
  AND n.verdict <> 'held';
