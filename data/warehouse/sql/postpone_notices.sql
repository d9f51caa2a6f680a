-- postpone_notices: note a look in vain and when to look again, or give up.
-- in:  view `looked` (notice_key, looks, next_look_at; NULL = give up), $settled_at
-- out: rows of notices, waiting or settled as exhausted
UPDATE notices AS n SET
    looks        = l.looks,
    next_look_at = l.next_look_at,
    settled_at   = if(l.next_look_at IS NULL, $settled_at, NULL),
    reason       = if(l.next_look_at IS NULL, 'exhausted', NULL)
FROM looked AS l
WHERE n.notice_key = l.notice_key;
