-- judge_answers: an answer read before still shows the present content, unless another
-- run stored another content meanwhile.
-- in:  view `incoming` (position, mall, shop_id, order_number, observed_at, answer_hash)
-- out: temporary table `judged`, as by judge_snapshots, verdict unchanged|stale
CREATE OR REPLACE TEMP TABLE judged AS
SELECT
    i.position, i.mall, i.shop_id, i.order_number, i.observed_at,
    false AS is_other_status,
    CASE
        WHEN i.answer_hash = s.answer_hash THEN 'unchanged'
        ELSE 'stale'
    END AS verdict
FROM incoming AS i
LEFT JOIN order_sightings AS s USING (mall, shop_id, order_number);
