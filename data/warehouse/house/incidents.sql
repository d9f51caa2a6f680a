-- name: record_incident
-- Record what happened to the house, unless it is open already.
-- in:  $kind, $key, $since, $what
-- out: one row of incidents, or none
INSERT INTO incidents BY NAME
SELECT
    $kind AS kind,
    $key AS key,
    $since AS since,
    $what AS what
WHERE NOT EXISTS (
    SELECT 1
    FROM incidents
    WHERE kind = $kind
      AND key = $key
      AND settled_at IS NULL
);

-- name: settle_incidents
-- Record that incidents of a kind are over, but for some keys.
-- in:  $kind, $still: keys, $settled_at
-- out: rows of incidents; a clock set back must not end one before it began
UPDATE incidents SET settled_at = greatest($settled_at::TIMESTAMPTZ, since)
WHERE kind = $kind
  AND settled_at IS NULL
  AND NOT list_contains($still::VARCHAR[], key);

-- name: find_hours_lost
-- Hours that a restore has lost, of which nobody has said yet that all was entered again.
-- in:  –
-- out: key, a row each
SELECT i.key
FROM incidents AS i
ANTI JOIN dismissals AS d
    ON d.kind = i.kind AND d.key = i.key AND d.dismissed_at >= i.since
WHERE i.kind = 'hours_lost'
  AND i.settled_at IS NULL;
