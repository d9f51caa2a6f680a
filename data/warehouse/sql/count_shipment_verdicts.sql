-- count_shipment_verdicts: how many parcels of a file are new, changed, known.
-- in:  temporary table `judged_shipments`
-- out: created, changed, unchanged
SELECT
    count(*) FILTER (verdict = 'created'),
    count(*) FILTER (verdict = 'changed'),
    count(*) FILTER (verdict = 'unchanged')
FROM judged_shipments;
