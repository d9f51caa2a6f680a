-- shipment_rejects_add_up: every row an import set aside is kept, and no other.
-- out: broken, one row per import whose count differs
SELECT coalesce(i.import_id, r.import_id) AS broken
FROM shipment_imports AS i
FULL JOIN (
    SELECT
        import_id,
        count(*) FILTER (kind = 'rejected') AS rejected,
        count(*) FILTER (kind = 'unmatched') AS unmatched
    FROM shipment_rejects
    GROUP BY import_id
) AS r USING (import_id)
WHERE coalesce(i.rows_rejected, -1) <> coalesce(r.rejected, 0)
   OR coalesce(i.rows_unmatched, -1) <> coalesce(r.unmatched, 0);
