-- import_quality: what order files brought and what they could not, by day and mall.
-- out:
--   day       day of the import in Japan
--   mall      mall
--   files     files imported, a pair of Yahoo's as one
--   rows      rows read
--   rejected  rows set aside
--   warnings  rows of csv_warnings: cells that could not be read, sums that differ, and whatever
--             else was odd of what was taken
-- example: FROM import_quality WHERE rejected > 0
WITH warned AS (
    SELECT import_id, count(*) AS warnings
    FROM csv_warnings
    GROUP BY import_id
)
SELECT
    i.day_jst AS day,
    i.mall,
    count(*) AS files,
    CAST(sum(i.rows_read) AS BIGINT) AS rows,
    CAST(sum(i.lines_rejected) AS BIGINT) AS rejected,
    CAST(coalesce(sum(w.warnings), 0) AS BIGINT) AS warnings
FROM csv_imports AS i
LEFT JOIN warned AS w USING (import_id)
GROUP BY i.day_jst, i.mall
ORDER BY day, i.mall;
