"""The demo's stock: counted, adjusted by hand for a CSV order, told to the mall."""

from pathlib import Path

from rich.console import Console

from data.warehouse.ask import ask
from tasks.setup.desk import Desk

WAITING = "SELECT order_number FROM manual_stock_adjustments ORDER BY ALL"


def keep_stock(desk: Desk, console: Console) -> None:
    """Count what the sandbox has, adjust a CSV order by hand, tell the mall."""
    console.rule("stock: import-stock-count, adjust-stock, push-inventory")
    desk.run("import-stock-count/manual", path=str(count_file(desk)))
    waiting = ask(desk.warehouse, WAITING)
    (number,) = waiting["order_number"].head(1)
    console.print(
        f"{len(waiting)} lines of CSV orders wait; order {number} is adjusted"
    )
    desk.run(
        "adjust-stock/manual",
        adjustments=[{"order_number": number}],
        who="demo",
        note="棚から出した (taken from the shelf)",
    )
    desk.run("push-inventory/0900")


def count_file(desk: Desk) -> Path:
    """Write a count of what the sandbox has on sale, as a person would."""
    rows = [
        f"{row['manageNumber']},{row['variantId']},{row['quantity']}"
        for row in desk.sandbox.stock()
        if row["known"]
    ]
    path = desk.home / "stock_count.csv"
    head = "商品管理番号,SKU管理番号,数量"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path
