-- notices_wait_or_say_why: a notice waits, or it is settled with a reason.
-- out: broken, one row per notice
SELECT notice_key AS broken
FROM notices
WHERE (settled_at IS NULL) <> (reason IS NULL)
   OR (settled_at IS NOT NULL AND next_look_at IS NOT NULL);
