-- move_cursor: note how far the sweep has seen; nobody has seen what is still to come.
-- in:  $mall, $shop_id, $seen_until, $moved_at
-- out: a row of order_cursors; seen_until never goes back
INSERT INTO order_cursors BY NAME
SELECT
    $mall AS mall,
    $shop_id AS shop_id,
    least($seen_until, $moved_at) AS seen_until,
    $moved_at AS moved_at
ON CONFLICT (mall, shop_id) DO UPDATE SET
    seen_until = excluded.seen_until,
    moved_at   = excluded.moved_at
WHERE excluded.seen_until > order_cursors.seen_until;
