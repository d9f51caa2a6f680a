-- name: insert_order_marks
-- The intent, stored before the call.
-- in:  view `marks_planned` (order_number, value), $run_id, $kind, $mall, $shop_id, $who,
--      $planned_at
-- out: rows of order_marks
INSERT INTO order_marks BY NAME
SELECT
    concat_ws('/', $run_id, $kind, $mall, $shop_id, order_number) AS mark_id,
    $kind AS kind, $mall AS mall, $shop_id AS shop_id, order_number, value,
    $who AS who,
    'sent' AS state,
    $planned_at::TIMESTAMPTZ AS planned_at,
    $planned_at::TIMESTAMPTZ AS sent_at
FROM marks_planned;

-- name: settle_order_marks
-- What a mark came to.
-- in:  view `marks_settled` (order_number, state, code, reason), $run_id, $kind, $mall,
--      $shop_id, $settled_at
-- out: rows of order_marks
UPDATE order_marks AS m SET
    state      = s.state,
    code       = s.code,
    reason     = s.reason,
    settled_at = if(s.state IN ('done', 'refused'), $settled_at::TIMESTAMPTZ, NULL)
FROM marks_settled AS s
WHERE m.mark_id = concat_ws('/', $run_id, $kind, $mall, $shop_id, s.order_number);

-- name: list_open_cancels
-- Cancellations of which nobody knows whether RMS has carried them out.
-- in:  $mall, $shop_id, $order_number
-- out: mark_id
SELECT mark_id
FROM order_marks
WHERE mall = $mall
  AND shop_id = $shop_id
  AND order_number = $order_number
  AND kind = 'cancel'
  AND state IN ('planned', 'sent', 'unknown')
ORDER BY planned_at;

-- name: settle_open_marks
-- Marks of a kind whose end was open, and which reading their orders showed to be done.
-- in:  $kind, $mall, $shop_id, $numbers, $settled_at
-- out: rows of order_marks
UPDATE order_marks SET
    state      = 'done',
    reason     = '',
    settled_at = $settled_at::TIMESTAMPTZ
WHERE mall = $mall
  AND shop_id = $shop_id
  AND list_contains($numbers::VARCHAR[], order_number)
  AND kind = $kind
  AND state IN ('planned', 'sent', 'unknown');
