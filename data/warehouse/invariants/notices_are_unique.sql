-- notices_are_unique: a repeat is no second notice.
-- out: broken, one row per notice held twice
SELECT notice_key AS broken
FROM notices
GROUP BY notice_key
HAVING count(*) > 1;
