-- 粗利: SKUごとの粗利を月・店舗別に表示します。原価と手数料は import-costs で取り込みます。
-- out:
--   月        margin.month
--   モール    margin.mall
--   店舗番号  margin.shop_id
--   SKU       margin.sku
--   個数      margin.units
--   売上      margin.sales、円
--   対象売上  margin.known_sales、円。売上のうち、原価と手数料がわかる分
--   原価      margin.cost、円
--   手数料    margin.fee、円
--   粗利      margin.margin、円。対象売上 − 原価 − 手数料
--   粗利率    margin.margin_percent、対象売上に対する%
--   不明な明細  原価・手数料・単価のいずれかがわからない明細の数。粗利には含みません
-- example: SELECT 月, sum(粗利) AS 粗利 FROM 粗利 GROUP BY 月 ORDER BY 月
SELECT
    month AS 月,
    mall AS モール,
    shop_id AS 店舗番号,
    sku AS SKU,
    units AS 個数,
    sales AS 売上,
    known_sales AS 対象売上,
    cost AS 原価,
    fee AS 手数料,
    margin AS 粗利,
    margin_percent AS 粗利率,
    lines_unknown AS 不明な明細
FROM margin;
