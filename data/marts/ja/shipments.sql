-- 送り状: 荷物1つを1行で表示します。
-- out:
--   モール        shipments.mall
--   店舗番号      shipments.shop_id
--   注文番号      shipments.order_number
--   送付先ID      shipments.basket_id
--   配送会社      shipments.carrier_code
--   送り状番号    shipments.tracking_number。番号のない発送は「なし」
--   発送日        shipments.shipping_date
--   状態          shipments.state
--   確認日時      RMSに登録されたことを確認した日時
-- example: SELECT 発送日, count(*) AS 荷物 FROM 送り状 GROUP BY 発送日
SELECT
    mall AS モール,
    shop_id AS 店舗番号,
    order_number AS 注文番号,
    basket_id AS 送付先ID,
    carrier_code AS 配送会社,
    tracking_number AS 送り状番号,
    shipping_date AS 発送日,
    state AS 状態,
    verified_at AT TIME ZONE 'Asia/Tokyo' AS 確認日時
FROM shipments;
