-- upsert_load: write a run's row; recorded at its start and again at its end.
-- in:  every column of loads as a parameter
-- out: one row of loads
INSERT OR REPLACE INTO loads BY NAME
SELECT
    $load_id AS load_id,
    $source AS source,
    $mall AS mall,
    $shop_id AS shop_id,
    $flow_run_id AS flow_run_id,
    $started_at AS started_at,
    $finished_at AS finished_at,
    $window_from AS window_from,
    $window_to AS window_to,
    $found AS found,
    $created AS created,
    $changed AS changed,
    $unchanged AS unchanged,
    $stale AS stale,
    $refused AS refused,
    $found_without_notice AS found_without_notice;
