-- replace_shipments: a file corrects wrong numbers; they are not wanted any more.
-- in:  temporary table `judged_shipments`, $mall, $shop_id, $imported_at, $reason
-- out: shipments at state replaced: those a correction names by number or by 発送明細ID
UPDATE shipments AS s
SET state = 'replaced', reason = $reason, changed_at = $imported_at
FROM judged_shipments AS j
WHERE j.verdict <> 'unchanged'
  AND s.mall = $mall
  AND s.shop_id = $shop_id
  AND s.order_number = j.order_number
  AND s.basket_id = j.basket_id
  AND s.tracking_number <> j.tracking_number
  AND (s.tracking_number = j.replaces OR s.shipping_detail_id = j.named_detail_id)
  AND s.state <> 'replaced';
