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
--   個数          order_lines.quantity。セットの部品の個数も含みます
--   単価          order_lines.unit_price、円(税込)
--   売上          sales.sales、円(税込、クーポン・ポイント前)。わからない場合は空欄
--   売上対象      sales.counts。キャンセルと全額返金の注文は false
--   ステータス    注文のステータス
-- example: SELECT SKU, sum(個数) AS 個数, sum(売上) AS 売上 FROM 受注明細 WHERE 売上対象 GROUP BY SKU
SELECT
    l.mall AS モール,
    l.shop_id AS 店舗番号,
    l.order_number AS 注文番号,
    l.line_id AS 明細ID,
    s.day_jst AS 注文日,
    l.sku AS SKU,
    l.manage_number AS 商品管理番号,
    l.item_name AS 商品名,
    l.quantity AS 個数,
    l.unit_price AS 単価,
    s.sales AS 売上,
    s.counts AS 売上対象,
    s.status AS ステータス
FROM order_lines AS l
JOIN sales AS s USING (mall, shop_id, order_number, line_id);
