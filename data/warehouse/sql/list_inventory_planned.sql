-- list_inventory_planned: what a run's plan is to send.
-- in:  temporary table `inventory_plan`, $mall, $shop_id, $run_id
-- out: push_id, manage_number, variant_id, sku, level_seq, offered
SELECT p.push_id, p.manage_number, p.variant_id, p.sku, p.level_seq, p.offered
FROM inventory_pushes AS p
SEMI JOIN (SELECT * FROM inventory_plan WHERE verdict = 'send') AS n
    ON n.manage_number = p.manage_number AND n.variant_id = p.variant_id
WHERE p.mall = $mall
  AND p.shop_id = $shop_id
  AND p.run_id = $run_id
  AND p.state = 'planned'
ORDER BY p.manage_number, p.variant_id;
