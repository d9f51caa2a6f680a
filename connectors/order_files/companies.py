"""The company to which a parcel goes, where a mall has a cell of its own for it.

In an office building nobody finds a person without it. So it stands behind the street,
where buyers write it at the other malls, and a label has room for it.
"""

from typing import Final

import polars as pl

from connectors.order_files.conversion import is_nothing
from data.model.order_file import CellKind

COMPANIES: Final = {
    "orderer_street": "_orderer_company",
    "recipient_street": "_recipient_company",
}
"""Scratch cells of the layouts whose files tell a company."""


def write_company(rows: pl.DataFrame) -> pl.DataFrame:
    """Write a company behind its street, if that does not name it."""
    return rows.with_columns(
        _with_company(street, company)
        for street, company in COMPANIES.items()
        if {street, company} <= set(rows.columns)
    )


def _with_company(street: str, company: str) -> pl.Expr:
    name = pl.col(company).str.strip_chars()
    is_more = ~is_nothing(CellKind.TEXT, company)
    is_more &= ~pl.col(street).str.contains(name, literal=True)
    both = pl.concat_str(street, name, separator=" ")
    return pl.coalesce(pl.when(is_more).then(both), street).alias(street)
