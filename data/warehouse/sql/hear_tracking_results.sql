-- hear_tracking_results: what became of the rows of a report.
-- in:  view `tracking_words` (order_number, data_number: NULL = all of the order's rows,
--      is_refused, reason), $mall, $shop_id, $request_id, $heard_at
-- out: shipments at state sent or refused; of two words on one row the refusal counts
UPDATE shipments AS s
SET
    state = CASE
        WHEN s.state IN ('verified', 'replaced') THEN s.state
        WHEN w.is_refused THEN 'refused'
        ELSE 'sent'
    END,
    reason = CASE WHEN s.state IN ('verified', 'replaced') THEN s.reason
        WHEN w.is_refused THEN w.reason END,
    heard_at = $heard_at,
    changed_at = $heard_at
FROM (
    SELECT
        r.order_number, r.data_number,
        bool_or(t.is_refused) AS is_refused,
        any_value(t.reason ORDER BY t.is_refused DESC, t.data_number NULLS LAST) AS reason
    FROM shipments AS r
    JOIN tracking_words AS t
        ON t.order_number = r.order_number
        AND (t.data_number IS NULL OR t.data_number = r.data_number)
    WHERE r.mall = $mall AND r.shop_id = $shop_id AND r.request_id = $request_id
    GROUP BY r.order_number, r.data_number
) AS w
WHERE s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.request_id = $request_id
  AND s.order_number = w.order_number
  AND s.data_number = w.data_number;
