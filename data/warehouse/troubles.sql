-- name: prolong_trouble
-- One more call of a trouble that lasts.
-- in:  $mall, $shop_id, $function_name, $kind, $at, $recent
-- out: first_at of the row that was prolonged, none for a new trouble
UPDATE rms_troubles SET
    last_at = greatest(last_at, $at::TIMESTAMPTZ),
    times   = times + 1
WHERE mall = $mall
  AND shop_id = $shop_id
  AND function_name = $function_name
  AND kind = $kind
  AND last_at >= $recent
  AND first_at <= $at
RETURNING first_at;

-- name: insert_trouble
-- A trouble that was not there before.
-- in:  $mall, $shop_id, $function_name, $kind, $at
-- out: one row of rms_troubles
INSERT INTO rms_troubles BY NAME
SELECT
    $mall AS mall, $shop_id AS shop_id, $function_name AS function_name, $kind AS kind,
    $at::TIMESTAMPTZ AS first_at,
    $at::TIMESTAMPTZ AS last_at,
    1 AS times
ON CONFLICT DO NOTHING;
