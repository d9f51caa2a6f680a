-- name: list_known_answers
-- By what answer the present content of each order is known.
-- in:  $shop_id, $numbers
-- out: order_number, answer_hash (keyed)
SELECT order_number, answer_hash
FROM order_sightings
WHERE mall = 'rakuten'
  AND shop_id = $shop_id
  AND order_number IN (SELECT unnest($numbers))
  AND answer_hash IS NOT NULL;

-- name: gather_answers
-- The newest answer of each order, where it is newer than the one that is kept.
-- in:  view `incoming`, temporary table `judged`
-- out: temporary table `answered`, as columns of order_answers
CREATE OR REPLACE TEMP TABLE answered AS
SELECT j.mall, j.shop_id, j.order_number, j.observed_at, i.reader, i.answer
FROM judged AS j
JOIN incoming AS i USING (position)
LEFT JOIN order_answers AS a
    ON a.mall = j.mall AND a.shop_id = j.shop_id AND a.order_number = j.order_number
WHERE j.verdict <> 'stale'
  AND i.answer IS NOT NULL
  AND (a.observed_at IS NULL OR a.observed_at < j.observed_at)
QUALIFY row_number() OVER (
    PARTITION BY j.mall, j.shop_id, j.order_number
    ORDER BY j.observed_at DESC, j.position
) = 1;

-- name: remove_older_answers
-- Take away the answers that newer ones follow. A row is added in their place and none
-- changed: a checkpoint writes what was added, and would write all around a change anew.
-- in:  temporary table `answered`
-- out: rows gone from order_answers
DELETE FROM order_answers AS a
USING answered AS n
WHERE a.mall = n.mall
  AND a.shop_id = n.shop_id
  AND a.order_number = n.order_number;

-- name: keep_answers
-- Keep the mall's own words; card data is in none (`connectors.rms.kept_answer`).
-- in:  temporary table `answered`
-- out: rows of order_answers
INSERT INTO order_answers BY NAME
FROM answered;
