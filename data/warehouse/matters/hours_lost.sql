-- Spans of time of which only the lost file knew what people had entered.
SELECT key, '', '', NULL, since, what
FROM incidents
WHERE kind = 'hours_lost'
  AND settled_at IS NULL
