"""The headers of a stock file, with the columns that are needed and with all."""

HEADER = "商品管理番号,SKU管理番号,数量"
WIDE = f"{HEADER},自社SKU,安全在庫"
