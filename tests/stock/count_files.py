"""The heads of a count file."""

HEADER = "商品管理番号,SKU管理番号,数量"
WIDE = f"{HEADER},自社SKU,安全在庫"
