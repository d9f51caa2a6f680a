-- Times at which the file was put back as it was before a kill: nothing was lost.
SELECT key, '', '', NULL, since, what
FROM incidents
WHERE kind = 'file_repaired'
  AND settled_at IS NULL
