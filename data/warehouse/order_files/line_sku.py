"""Choose the SKU of a stored line when a file tells another one.

A line's SKU is made of the best code it has. A file that leaves that code blank, or has
no column for it, makes one of a lesser code: then the line keeps the better one, unless
a blank clears or the file shows another item. So stock is looked for under one name.
"""

from collections.abc import Mapping

import polars as pl

from data.warehouse.order_files.line_match import CELLS, ORDER, Codes, code, coded


def chosen(
    told: pl.DataFrame,
    stored: pl.DataFrame,
    sku: Codes,
    clears: Mapping[str, bool],
) -> pl.DataFrame:
    """Return `row_number` and `sku` of the lines whose SKU in the file is not theirs.

    `told` are the file's rows under the ids of the `stored` lines, both with `CELLS`.
    `sku`: of which cells each code of a line is made, the best one first. `clears`:
    whether a blank of that cell clears.
    """
    line = [ORDER, "line_id"]
    pairs = told.select("row_number", *line, "sku").join(
        stored.select(*line, "sku"), on=line
    )
    differ = pairs.filter(pl.col("sku") != pl.col("sku_right"))
    ours = coded(told.join(differ, on="row_number", how="semi"), sku)
    theirs = coded(stored.join(differ, on=line, how="semi"), sku)
    both = ours.join(theirs, on=line)
    before = {name: pl.col(f"{name}_right") for name in (*CELLS, code(0))}
    # A file of a time before the variants can only guess at what is known better.
    guesses = pl.col("variant_id").is_null() & before["variant_id"].is_not_null()
    guesses &= pl.lit(value=not clears["variant_id"])
    keeps = pl.lit(value=not any(clears[name] for name in sku[0]))
    cells = {
        name: pl.coalesce(name, before[name]) if not clears[name] else pl.col(name)
        for name in CELLS
    }
    best = before[code(0)]
    known = [
        pl.coalesce(pl.when(guesses).then(best), code(0), pl.when(keeps).then(best))
    ]
    known += [
        pl.concat_str([cells.get(name, pl.col(name)) for name in fields], separator="/")
        for fields in sku[1:]
    ]
    is_other = pl.any_horizontal(pl.col(name) != before[name] for name in CELLS)
    better = pl.when(~is_other.fill_null(value=False)).then(pl.coalesce(known))
    own = pl.coalesce(better, "sku")
    return both.select("row_number", sku=own).filter(pl.col("sku").is_not_null())
