-- 受注明細: 注文の商品明細1つを1行で表示します。項目・選択肢(名入れなど)は含みません。
-- out:
--   モール        order_lines.mall
--   店舗番号      order_lines.shop_id
--   注文番号      order_lines.order_number
--   明細ID        order_lines.line_id
--   注文日        注文日時の日付(日本時間)
--   SKU           order_lines.sku
--   商品管理番号  order_lines.manage_number
--   商品名        order_lines.item_name
--   個数          order_lines.quantity
--   単価          order_lines.unit_price、円
--   ステータス    注文のステータス
-- example: SELECT SKU, sum(個数) AS 個数 FROM 受注明細 WHERE ステータス <> 'キャンセル' GROUP BY SKU
SELECT
    l.mall AS モール,
    l.shop_id AS 店舗番号,
    l.order_number AS 注文番号,
    l.line_id AS 明細ID,
    o.day_jst AS 注文日,
    l.sku AS SKU,
    l.manage_number AS 商品管理番号,
    l.item_name AS 商品名,
    l.quantity AS 個数,
    l.unit_price AS 単価,
    o.status AS ステータス
FROM order_lines AS l
JOIN orders AS o USING (mall, shop_id, order_number);
