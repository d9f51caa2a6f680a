-- csv_rejects_add_up: every row an import set aside is kept, and no other.
-- out: broken, one row per import whose count differs
SELECT coalesce(i.import_id, r.import_id) AS broken
FROM csv_imports AS i
FULL JOIN (
    SELECT import_id, count(DISTINCT row_number) AS lines
    FROM csv_rejects
    GROUP BY import_id
) AS r USING (import_id)
WHERE coalesce(i.lines_rejected, -1) <> coalesce(r.lines, 0);
