-- A file that was not rewritten since a buyer's data were cleared from its tables.
SELECT key, '', '', NULL, since, what
FROM incidents
WHERE kind = 'bytes_left'
  AND settled_at IS NULL
