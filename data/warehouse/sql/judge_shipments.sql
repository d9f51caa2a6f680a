-- judge_shipments: say of each parcel of a file what importing it means.
-- in:  view `shipment_rows` (position, order_number, basket_id, tracking_number,
--      carrier_code, shipping_date, shipping_detail_id, replaces), one row per parcel;
--      $mall, $shop_id, $is_known_file
-- out: temporary table `judged_shipments`: the same, the content to store, verdict
--      created|changed|unchanged and the state to store. A number that was corrected
--      stays so, unless a new file corrects back to it; a refused or cancelled one is
--      planned again; one under way stays under way, whatever changes about it
CREATE OR REPLACE TEMP TABLE judged_shipments AS
SELECT
    r.position, r.order_number, r.basket_id, r.tracking_number,
    r.carrier_code, r.shipping_date,
    coalesce(r.shipping_detail_id, s.shipping_detail_id) AS shipping_detail_id,
    r.shipping_detail_id AS named_detail_id,
    coalesce(r.replaces, s.replaces) AS replaces,
    CASE
        WHEN s.state IS NULL THEN 'created'
        WHEN s.state = 'replaced' THEN
            if(r.replaces IS NOT NULL AND NOT $is_known_file, 'changed', 'unchanged')
        WHEN s.state IN ('refused', 'cancelled') THEN 'changed'
        WHEN s.carrier_code <> r.carrier_code
            OR s.shipping_date <> r.shipping_date
            OR coalesce(r.replaces, s.replaces) IS DISTINCT FROM s.replaces THEN 'changed'
        ELSE 'unchanged'
    END AS verdict,
    if(s.state IN ('sent', 'unknown'), s.state, 'planned') AS state
FROM shipment_rows AS r
LEFT JOIN shipments AS s
    ON s.mall = $mall
    AND s.shop_id = $shop_id
    AND s.order_number = r.order_number
    AND s.basket_id = r.basket_id
    AND s.tracking_number = r.tracking_number;
