-- list_inventory_latest: how the latest push of each listing stands.
-- in:  $mall, $shop_id, $run_id
-- out: manage_number, variant_id, sku, offered, found_before, found_after, state, reason,
--      was_sent (spent a write), is_of_run (this run planned it)
SELECT
    manage_number, variant_id, sku, offered, found_before, found_after, state, reason,
    sent_at IS NOT NULL AS was_sent,
    run_id = $run_id AS is_of_run
FROM inventory_pushes
WHERE mall = $mall
  AND shop_id = $shop_id
  AND state <> 'superseded'
QUALIFY row_number() OVER (
    PARTITION BY manage_number, variant_id
    ORDER BY planned_at DESC, level_seq DESC, push_id DESC
) = 1
ORDER BY manage_number, variant_id;
