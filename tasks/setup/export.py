"""`make export MART=… FORMAT=xlsx|csv|parquet`: one mart of the copy as a file."""

import argparse
import sys
from typing import Final

from connectors.settings.reading import SettingsProblem, read_settings
from data.warehouse.analytics.marts import read_marts
from data.warehouse.errors import QueryRefused, WarehouseClosed
from data.warehouse.query import Form, exported
from tasks.setup.query import PATIENCE_S, NoPlace, write

FORMS: Final = (Form.XLSX, Form.CSV, Form.PARQUET)
TABLES: Final = ("orders", "order_lines", "order_taxes", "stock_movements")
"""Tables of the copy that are exported like marts."""


def main() -> None:
    """Write the mart named to a file and print where it is, or say why not."""
    parser = argparse.ArgumentParser(prog="make export")
    parser.add_argument("--mart", default="")
    parser.add_argument("--format", default=Form.XLSX, type=str.lower)
    parser.add_argument("--out", default="")
    given = parser.parse_args()
    try:
        export(given.mart, given.format or Form.XLSX, given.out)
    except (SettingsProblem, QueryRefused, WarehouseClosed, NoPlace) as problem:
        sys.exit(str(problem))


def export(mart: str, form: str, out: str) -> None:
    """Write the mart to `out`, or to a file of its name in the present folder.

    Raises:
        NoPlace: there is no such mart or form, or the file is there already.
        QueryRefused: the rows do not fit into the form.
        WarehouseClosed: nothing was published yet, or the copy does not open.

    """
    known = [*sorted(each.name for each in read_marts()), *TABLES]
    if mart not in known:
        raise NoPlace(
            f"MART={mart} はありません。対処: 次から選んでください: {'、'.join(known)}"
        )
    if form not in FORMS:
        raise NoPlace(
            f"FORMAT={form} はありません。"
            f"対処: {'、'.join(FORMS)} のいずれかを指定してください。"
        )
    settings = read_settings()
    place = out or f"{mart}.{form}"
    query = f'FROM "{mart}"'
    patience_s = min(settings.warehouse_patience_s, PATIENCE_S)
    with exported(settings.analytics, query, Form(form), patience_s) as file:
        write(file.read_bytes(), place)
    sys.stdout.write(f"{place}\n")


if __name__ == "__main__":
    main()
