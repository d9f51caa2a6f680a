-- name: attach_old_file
-- Open the warehouse's file beside another.
-- in:  $path
-- out: database `old`
ATTACH $path AS old;
