-- count_verdicts: what became of the batch.
-- in:  temporary table `judged`
-- out: one row: created, changed, unchanged, stale
SELECT
    count(*) FILTER (WHERE verdict = 'created')   AS created,
    count(*) FILTER (WHERE verdict = 'changed')   AS changed,
    count(*) FILTER (WHERE verdict = 'unchanged') AS unchanged,
    count(*) FILTER (WHERE verdict = 'stale')     AS stale
FROM judged;
