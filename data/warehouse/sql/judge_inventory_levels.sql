-- judge_inventory_levels: what becomes of each level that was read at the mall. It is held
-- while a call of its listing is under way, and when a push of it was sent or verified
-- after the reading was asked for: then the reading says nothing of the present.
-- in:  temporary table `inventory_levels`, view `inventory_found`, $mall, $shop_id,
--      $read_at, $lost_before
-- out: temporary table `inventory_plan`: the level, found, verdict send | verified | held
CREATE OR REPLACE TEMP TABLE inventory_plan AS
WITH touched AS (
    SELECT
        manage_number, variant_id,
        bool_or(
            (state = 'sent' AND sent_at > $lost_before)
            OR (sent_at IS NOT NULL AND sent_at >= $read_at)
            OR (verified_at IS NOT NULL AND verified_at > $read_at)
        ) AS is_held
    FROM inventory_pushes
    WHERE mall = $mall
      AND shop_id = $shop_id
    GROUP BY manage_number, variant_id
)
SELECT
    l.*,
    f.found,
    CASE
        WHEN t.is_held THEN 'held'
        WHEN f.found = l.offered THEN 'verified'
        ELSE 'send'
    END AS verdict
FROM inventory_levels AS l
JOIN inventory_found AS f USING (manage_number, variant_id)
LEFT JOIN touched AS t USING (manage_number, variant_id);
