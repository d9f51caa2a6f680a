-- insert_inventory_pushes: the intent, stored before the call; and what needs no call.
-- in:  temporary table `inventory_plan`, $mall, $shop_id, $run_id, $read_at, $planned_at
-- out: rows of inventory_pushes
INSERT INTO inventory_pushes BY NAME
SELECT
    concat_ws(
        '/', $run_id, $mall, $shop_id, manage_number, variant_id,
        1 + coalesce(b.pushes, 0)
    ) AS push_id,
    $run_id AS run_id,
    $mall AS mall, $shop_id AS shop_id, manage_number, variant_id,
    sku, level_seq, level, safety, offered,
    if(verdict = 'verified', 'verified', 'planned') AS state,
    expected AS expected_before,
    found AS found_before,
    if(verdict = 'verified', found, NULL) AS found_after,
    $planned_at::TIMESTAMPTZ AS planned_at,
    if(verdict = 'verified', $read_at::TIMESTAMPTZ, NULL) AS verified_at
FROM inventory_plan
LEFT JOIN (
    SELECT manage_number, variant_id, count(*) AS pushes
    FROM inventory_pushes
    WHERE mall = $mall AND shop_id = $shop_id AND run_id = $run_id
    GROUP BY manage_number, variant_id
) AS b USING (manage_number, variant_id)
WHERE verdict <> 'held';
