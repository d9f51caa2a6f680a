-- list_orders_to_reread: orders that may have changed without a word, because RMS
-- cannot be asked for changes (rms/order-api.md §2.4).
-- in:  $shop_id, $readable_since, $returns_since, $missing_since, $unreadable
-- out: order_number, longest unseen first. Final are 700 (paid) and 900 (cancelled),
--      and 500 and 600 once returns are unlikely; a status of no number is a CSV's
--      word or a new code, and is not final. Orders not taken yet are among them: those
--      the mall shows as long as it does, those it does not show for some days
WITH open_orders AS (
    SELECT mall, shop_id, order_number
    FROM orders
    WHERE mall = 'rakuten'
      AND shop_id = $shop_id
      AND coalesce(ordered_at, imported_at) >= $readable_since
      AND CASE
          WHEN mall_status IN ('700', '900') THEN false
          WHEN mall_status IN ('500', '600')
              THEN coalesce(shipped_at, ordered_at, imported_at) >= $returns_since
          ELSE true
      END
    UNION
    SELECT mall, shop_id, order_number
    FROM order_refusals
    WHERE mall = 'rakuten'
      AND shop_id = $shop_id
      AND settled_at IS NULL
      AND first_seen_at >= if(code = $unreadable, $readable_since, $missing_since)
)
SELECT order_number
FROM open_orders
LEFT JOIN order_sightings USING (mall, shop_id, order_number)
ORDER BY seen_at NULLS FIRST, order_number;
