-- name: settle_refusals
-- An order that could be stored is no longer refused.
-- in:  temporary table `judged`, $stored_at
-- out: rows of order_refusals settled; a stale snapshot settles nothing
UPDATE order_refusals
SET settled_at = $stored_at
WHERE settled_at IS NULL
  AND (mall, shop_id, order_number) IN (
      SELECT (mall, shop_id, order_number)
      FROM judged
      WHERE verdict <> 'stale'
  );

-- name: upsert_refusals
-- Keep the latest refusal of each order.
-- in:  view `refused` (position, mall, shop_id, order_number, code, reason), $seen_at,
--      $has_order (codes of orders that the mall has)
-- out: rows of order_refusals; one that was settled opens again if it is seen later,
--      and one of an order that the mall had begins anew once it does not show it
INSERT INTO order_refusals BY NAME
SELECT
    mall, shop_id, order_number, code, reason,
    $seen_at AS first_seen_at,
    $seen_at AS last_seen_at,
    NULL AS settled_at
FROM refused
QUALIFY row_number() OVER (
    PARTITION BY mall, shop_id, order_number
    ORDER BY position DESC
) = 1
ON CONFLICT (mall, shop_id, order_number) DO UPDATE SET
    code          = excluded.code,
    reason        = excluded.reason,
    first_seen_at = CASE
        WHEN order_refusals.settled_at IS NOT NULL THEN excluded.first_seen_at
        WHEN list_contains($has_order::VARCHAR[], order_refusals.code)
            AND NOT list_contains($has_order::VARCHAR[], excluded.code)
            THEN excluded.first_seen_at
        ELSE order_refusals.first_seen_at
    END,
    last_seen_at  = excluded.last_seen_at,
    settled_at    = NULL
WHERE excluded.last_seen_at
    > coalesce(order_refusals.settled_at, order_refusals.last_seen_at);
