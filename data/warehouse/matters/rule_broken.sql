-- Invariants that did not hold at night, until a night on which they do.
SELECT key, '', '', NULL, since, what
FROM incidents
WHERE kind = 'rule_broken'
  AND settled_at IS NULL
