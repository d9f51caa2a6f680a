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
