-- needs_a_person: what waits for a person, by shop and kind, longest waiting first.
-- out: mall, shop_id, kind, matters, oldest (since when the first of them waits), example
--      (what it says, with what to do). No personal data. FROM needs_a_person lists each.
SELECT
    mall,
    shop_id,
    kind,
    count(*) AS matters,
    min(since) AS oldest,
    arg_min(what, since) AS example
FROM needs_a_person
GROUP BY mall, shop_id, kind
ORDER BY oldest, mall, shop_id, kind;
