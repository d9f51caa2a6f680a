-- list_notices_in_vain: the notices for which a look has just failed. Those that were
-- not due do not count it, so that the same look told twice counts once.
-- in:  $shop_id, $missing (order numbers), $asked_at
-- out: notice_key, received_at, looks (before this one); only with an open refusal,
--      which has the mall's reason
SELECT notice_key, received_at, looks
FROM notices
SEMI JOIN (
    SELECT mall, shop_id, order_number
    FROM order_refusals
    WHERE settled_at IS NULL
) AS refused USING (mall, shop_id, order_number)
WHERE settled_at IS NULL
  AND mall = 'rakuten'
  AND shop_id = $shop_id
  AND order_number IN (SELECT unnest($missing))
  AND received_at <= $asked_at
  AND (next_look_at IS NULL OR next_look_at <= $asked_at);
