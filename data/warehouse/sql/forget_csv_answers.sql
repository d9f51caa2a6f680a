-- forget_csv_answers: a content changed by CSV is known by no answer of the mall, so
-- that the next snapshot is stored as a change.
-- in:  temporary table `csv_changes`, $mall, $shop_id
-- out: rows of order_sightings; seen_at never goes back
INSERT INTO order_sightings BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, order_number,
    observed_at AS seen_at,
    NULL AS answer_hash
FROM csv_changes
WHERE is_content
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    seen_at = excluded.seen_at,
    answer_hash = NULL;
