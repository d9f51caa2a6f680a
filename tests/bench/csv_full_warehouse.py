"""A warehouse that holds so many lines of other orders already."""

import sys
from pathlib import Path

from data.warehouse.session import Connection, warehouse

A_TIME = 500_000
FILL = """
INSERT INTO orders BY NAME
SELECT
    'rakuten' AS mall, '123456' AS shop_id,
    concat('999999-20200101-', lpad(i::VARCHAR, 10, '0')) AS order_number,
    'csv' AS source, '受注処理中' AS status, 'manual' AS stock_policy,
    true AS amounts_fixed, false AS cancelled, '' AS content_hash,
    'csv_created' AS content_source,
    now() AS observed_at, now() AS imported_at, now() AS updated_at
FROM range($first // 2, $last // 2) AS t(i);
INSERT INTO order_packages BY NAME
SELECT
    'rakuten' AS mall, '123456' AS shop_id,
    concat('999999-20200101-', lpad(i::VARCHAR, 10, '0')) AS order_number,
    '1' AS basket_id
FROM range($first // 2, $last // 2) AS t(i);
INSERT INTO order_lines BY NAME
SELECT
    'rakuten' AS mall, '123456' AS shop_id,
    concat('999999-20200101-', lpad((i // 2)::VARCHAR, 10, '0')) AS order_number,
    i::VARCHAR AS line_id, '1' AS basket_id, 'TEA' AS sku, 1 AS quantity,
    concat('商品', i % 1000) AS item_name
FROM range($first, $last) AS t(i)
"""


def main(home: str, lines: str) -> None:
    for first in range(0, int(lines), A_TIME):
        with warehouse(Path(home) / "juchu.duckdb") as con:
            fill(con, first, min(first + A_TIME, int(lines)))


def fill(con: Connection, first: int, last: int) -> None:
    for statement in FILL.split(";"):
        con.execute(statement, {"first": first, "last": last})


if __name__ == "__main__":
    main(*sys.argv[1:])
