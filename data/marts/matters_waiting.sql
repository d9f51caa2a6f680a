-- matters_waiting: what waits for a person, by shop and kind, longest waiting first. The
-- warehouse's own needs_a_person has the words of each; they are not in the copy.
-- out:
--   mall     mall it is about
--   shop_id  shop it is about
--   kind     kind, as in needs_a_person
--   matters  how many wait
--   oldest   since when the first of them waits
-- example: FROM matters_waiting
SELECT
    mall,
    shop_id,
    kind,
    count(*) AS matters,
    min(since) AS oldest
FROM needs_a_person
GROUP BY mall, shop_id, kind
ORDER BY oldest, mall, shop_id, kind;
