-- name: attach_new_file
-- Make the file that is to take its place.
-- in:  $path
-- out: empty database `rewritten`
ATTACH $path AS rewritten;

-- name: copy_all
-- Copy whatever is stored, with its schema and comments; rows keep their order.
-- in:  databases `old`, `rewritten`
-- out: database `rewritten`
COPY FROM DATABASE old TO rewritten;

-- name: settle_bytes_left
-- Record in the new file that no bytes of what was cleared are left.
-- in:  $at
-- out: rows of rewritten.incidents; a clock set back must not end one before it began
UPDATE rewritten.incidents SET settled_at = greatest($at::TIMESTAMPTZ, since)
WHERE kind = 'bytes_left'
  AND settled_at IS NULL;
