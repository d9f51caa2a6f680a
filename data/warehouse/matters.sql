-- name: list_matters
-- What waits for a person, longest waiting first.
-- in:  $kind, $key: NULL = any
-- out: kind, key, mall, shop_id, order_number, since, what
SELECT kind, key, mall, shop_id, order_number, since, what
FROM needs_a_person
WHERE ($kind IS NULL OR kind = $kind)
  AND ($key IS NULL OR key = $key)
ORDER BY since, kind, key;

-- name: insert_dismissals
-- Take one matter off the list and keep who did it and why.
-- in:  $kind, $key, $who, $note, $dismissed_at
-- out: rows of dismissals, one if it was on the list; a clock that is behind what it
--      dismisses must not leave it there: hence greatest()
INSERT INTO dismissals BY NAME
SELECT
    kind, key, mall, shop_id, order_number, since, what,
    $who AS who,
    $note AS note,
    greatest($dismissed_at::TIMESTAMPTZ, since) AS dismissed_at
FROM needs_a_person
WHERE kind = $kind
  AND key = $key;
