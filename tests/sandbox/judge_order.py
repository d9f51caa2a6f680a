"""Compares an order with the tables of the reference and names every difference."""

import re
from collections.abc import Iterator
from typing import Any

from tests.sandbox.order_fields import TABLES

_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0900")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_IS = {
    "str": lambda v: isinstance(v, str),
    "int": lambda v: type(v) is int,
    "rate": lambda v: v in (0.1, 0.08, 0),
    "flag": lambda v: type(v) is int and v in (0, 1),
    "list": lambda v: isinstance(v, list),
    "datetime": lambda v: isinstance(v, str) and bool(_DATETIME.fullmatch(v)),
    "date": lambda v: isinstance(v, str) and bool(_DATE.fullmatch(v)),
}


def faults(value: Any, kind: str = "OrderModel", path: str = "") -> Iterator[str]:
    """Name every field that is missing, unknown, or of another type than stated."""
    if value is None and kind.endswith("?"):
        return
    kind = kind.removesuffix("?")
    if kind in _IS:
        if not _IS[kind](value):
            yield f"{path} is not {kind}: {value!r}"
    elif kind.endswith("*"):
        for n, each in enumerate(value):
            yield from faults(each, kind[:-1], f"{path}.{n}")
    else:
        yield from _model_faults(value, TABLES[kind], path)


def _model_faults(model: Any, table: dict[str, str], path: str) -> Iterator[str]:
    for field in model.keys() ^ table.keys():
        yield f"{path}.{field} is missing or unknown"
    for field in model.keys() & table.keys():
        yield from faults(model[field], table[field], f"{path}.{field}")
