-- count_inventory_plan: levels that need no call, and those left for the next run.
-- in:  temporary table `inventory_plan`, `inventory_levels`
-- out: one row: verified, held (those not read among them)
SELECT
    (SELECT count(*) FROM inventory_plan WHERE verdict = 'verified') AS verified,
    (SELECT count(*) FROM inventory_levels)
        - (SELECT count(*) FROM inventory_plan WHERE verdict <> 'held') AS held;
