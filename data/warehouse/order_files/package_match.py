"""Find which stored package of its order each address of a file is, and which line.

Where a mall names no package, a file's addresses are numbered as they sort: another set
of rows, or a corrected name, gives them other numbers. A number stands on printed
labels, so here the stored one is found again: by the recipient, then by what of a
recipient stayed and by the lines. An address that matches nothing gets a new number.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl

from data.warehouse.order_files.line_match import ORDER, Codes, matched
from data.warehouse.order_files.queries import Queries
from data.warehouse.statements import show

BASKET: Final = "basket_id"
RECIPIENT: Final = tuple(
    f"recipient_{name}"
    for name in (
        "family_name",
        "first_name",
        "zip",
        "prefecture",
        "city",
        "street",
        "phone",
    )
)
"""What tells one recipient of an order from another."""

_NAME, _DOOR = "_name", "_door"
_ZIP, _PHONE = "_zip", "_phone"
_TOLD: Final = (_NAME, _DOOR, _ZIP, _PHONE)
_SAME: Final = (_TOLD, (_NAME, _DOOR))
"""How two recipients are compared, the strictest first: equal in one of these, a parcel
to either arrives at both."""
_FIRST: Final = "1"
_PACKAGE: Final = "package"
_TAKES_OF: Final = "takes_of"


def stored_packages(queries: Queries, apart: pl.DataFrame) -> pl.DataFrame:
    """Return the stored packages of these orders, with their recipients."""
    show(queries.con, "csv_apart", apart)
    return queries.frame("list_csv_packages")


def several(told: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the orders that have more packages than one numbered 1, there or here.

    Both frames have `order_number` and `basket_id`, a row a line. Only the numbers are
    looked at: most orders have one package, and most files nothing else.
    """
    both = [
        lines.filter(pl.col(BASKET) != _FIRST).select(ORDER) for lines in (told, stored)
    ]
    return pl.concat(both).unique().join(stored, on=ORDER, how="semi")


def placed(
    groups: pl.DataFrame,
    packages: pl.DataFrame,
    told: pl.DataFrame,
    stored: pl.DataFrame,
    sku: Codes,
) -> pl.DataFrame:
    """Return for each address of a file its package, and whose lines it may take.

    `groups` are the file's addresses: `order_number`, `basket_id` as the file counts
    them, and `RECIPIENT`. `packages` are the stored ones of these orders, with the
    highest number ever given as `last`. `told` and `stored` are the lines of these
    orders, and `sku` their codes, as `matched` takes them.

    `package` is new where `is_new`. The lines of the package `takes_of` are the
    group's own: of a new one those of the package it was split from, if any.
    """
    groups, packages = _folded(groups), _folded(packages)
    same = _same(groups, packages)
    left = groups.join(same, on=[ORDER, BASKET], how="anti")
    free = _without(packages, same)
    lines = _Lines(told, stored, same.rename({_PACKAGE: _TAKES_OF}), sku)
    chosen, origins = _chosen(_candidates(left, free, lines))
    kept = pl.concat([same, chosen])
    found = groups.select(ORDER, BASKET).join(kept, on=[ORDER, BASKET], how="left")
    last = packages.group_by(ORDER).agg(pl.col("last").first())
    is_new = pl.col(_PACKAGE).is_null()
    number = pl.col("last") + is_new.cum_sum().over(ORDER)
    return (
        found.join(origins, on=[ORDER, BASKET], how="left")
        .join(last, on=ORDER)
        .sort(ORDER, pl.col(BASKET).str.len_chars(), BASKET)
        .select(
            ORDER,
            BASKET,
            pl.coalesce(_PACKAGE, number.cast(pl.String)).alias(_PACKAGE),
            pl.coalesce(_PACKAGE, _TAKES_OF).alias(_TAKES_OF),
            is_new.alias("is_new"),
        )
    )


def matched_in_packages(
    told: pl.DataFrame, stored: pl.DataFrame, groups: pl.DataFrame, sku: Codes
) -> pl.DataFrame:
    """Return `row_number` and `line_id` of each of the file's lines that is stored.

    `groups` is what `placed` returned. A line is looked for in its own package, and
    elsewhere only if the file shows the order whole, with as many pieces; of a new
    package only if the line left a package that the file shows. Else it may be another
    piece of the item.
    """
    own = _Lines(told, stored, groups, sku)
    on = [ORDER, BASKET]
    known = groups.filter(~pl.col("is_new"))
    shown = known.select(ORDER, pl.col(_PACKAGE).alias(BASKET))
    part = _elsewhere(own).filter(~pl.col("is_told")).select(ORDER).unique()
    left = own.told_left.join(part, on=ORDER, how="anti")
    moved = _anywhere(left, own.stored_left.join(shown, on=on, how="semi"), sku)
    left = left.join(moved, on="row_number", how="anti").join(known, on=on, how="semi")
    more = _anywhere(left, own.stored_left.join(shown, on=on, how="anti"), sku)
    return pl.concat([own.found, moved, more])


class _Lines:
    """An order's lines, matched as far as each package's own lines go."""

    def __init__(
        self,
        told: pl.DataFrame,
        stored: pl.DataFrame,
        groups: pl.DataFrame,
        sku: Codes,
    ) -> None:
        """`groups`: for each `basket_id` of the file the stored one as `takes_of`."""
        taking = groups.drop_nulls(_TAKES_OF).select(ORDER, BASKET, _TAKES_OF)
        theirs = told.join(taking, on=[ORDER, BASKET])
        self.sku = sku
        self.found = matched(_apart(theirs, _TAKES_OF), _apart(stored, BASKET), sku)
        self.told_left = told.join(self.found, on="row_number", how="anti")
        taken = told.select("row_number", ORDER).join(self.found, on="row_number")
        self.stored_left = stored.join(taken, on=[ORDER, "line_id"], how="anti")


def _apart(lines: pl.DataFrame, package: str) -> pl.DataFrame:
    """Return the lines with each package as an order of its own."""
    key = pl.concat_str(ORDER, package, separator="\x1f")
    return lines.with_columns(key.alias(ORDER), pl.lit("").alias(BASKET))


def _anywhere(told: pl.DataFrame, stored: pl.DataFrame, sku: Codes) -> pl.DataFrame:
    """Match lines of as many pieces without a look at their packages.

    One for somebody else with other pieces is another line.
    """
    nowhere = pl.lit("").alias(BASKET)
    found = matched(told.with_columns(nowhere), stored.with_columns(nowhere), sku)
    pairs = found.join(told.select("row_number", ORDER, "quantity"), on="row_number")
    pairs = pairs.join(
        stored.select(ORDER, "line_id", "quantity"), on=[ORDER, "line_id"]
    )
    return pairs.filter(_is_as_many()).select("row_number", "line_id")


def _is_as_many() -> pl.Expr:
    """Return whether the two lines have as many pieces; a blank says nothing."""
    return (pl.col("quantity") == pl.col("quantity_right")).fill_null(value=True)


def _folded(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the recipients as they are compared: without blanks and widths."""

    def text(*names: str) -> pl.Expr:
        cells = [
            pl.col(one).fill_null("")
            for name in names
            if (one := f"recipient_{name}") in rows.columns
        ]
        joined = pl.concat_str(cells) if cells else pl.lit("")
        bare = joined.str.normalize("NFKC").str.replace_all(r"\s", "")
        return pl.when(bare != "").then(bare)

    return rows.select(
        ORDER,
        BASKET,
        text("family_name", "first_name").alias(_NAME),
        text("prefecture", "city", "street").alias(_DOOR),
        text("zip").str.replace_all(r"\D", "").alias(_ZIP),
        text("phone").str.replace_all(r"\D", "").alias(_PHONE),
        *(["last"] if "last" in rows.columns else []),
    )


def _same(groups: pl.DataFrame, packages: pl.DataFrame) -> pl.DataFrame:
    """Return the groups whose recipient is a stored one's: order, basket, package."""
    is_told = pl.any_horizontal(pl.col(_NAME, _DOOR).is_not_null())
    told, stored = groups.filter(is_told), packages.filter(is_told)
    found = []
    for keys in _SAME:
        on = [ORDER, *keys]
        place = pl.int_range(pl.len()).over(on).alias("_place")
        pairs = told.select(BASKET, *on, place).join(
            stored.select(pl.col(BASKET).alias(_PACKAGE), *on, place),
            on=[*on, "_place"],
            nulls_equal=True,
        )
        found.append(pairs.select(ORDER, BASKET, _PACKAGE))
        told = told.join(pairs, on=[ORDER, BASKET], how="anti")
        stored = _without(stored, pairs)
    return pl.concat(found)


def _without(packages: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    return packages.join(
        taken, left_on=[ORDER, BASKET], right_on=[ORDER, _PACKAGE], how="anti"
    )


def _candidates(
    groups: pl.DataFrame, packages: pl.DataFrame, lines: _Lines
) -> pl.DataFrame:
    """Return the pairs of an address and a package that may be one, the best first.

    A package may get another recipient only if the file has all of its lines: a line
    that the file lacks would go to somebody else. Where nothing of the recipient
    stayed, the lines alone decide, with their pieces, and only if the file shows the
    order whole.
    """
    stored = packages.drop("last").rename({BASKET: _PACKAGE})
    pairs = groups.join(stored, on=ORDER, suffix="_stored")
    elsewhere = _elsewhere(lines)
    held = elsewhere.group_by(ORDER, pl.col(BASKET).alias(_PACKAGE)).agg(
        pl.len().alias("held"), pl.col("is_told").all()
    )
    whole = elsewhere.group_by(ORDER).agg(pl.col("is_told").all().alias("is_whole"))
    counted = (
        pairs.join(_shared(pairs, lines), on=[ORDER, BASKET, _PACKAGE], how="left")
        .join(held, on=[ORDER, _PACKAGE], how="left")
        .join(whole, on=ORDER, how="left")
        .with_columns(pl.col("shared", "equal", "held").fill_null(0))
    )

    def stayed(name: str) -> pl.Expr:
        return (pl.col(name) == pl.col(f"{name}_stored")).fill_null(value=False)

    likeness = 4 * stayed(_NAME) + 2 * stayed(_DOOR) + 1 * stayed(_PHONE)
    says_nothing = pl.all_horizontal(pl.col(_TOLD).is_null())
    was_nothing = pl.all_horizontal(pl.col(f"{one}_stored").is_null() for one in _TOLD)
    is_held = pl.col("shared") == pl.col("held")
    is_shown = is_held | pl.col("is_told").fill_null(value=True) | says_nothing
    shares = pl.col("shared") > 0
    is_like = (likeness > 0) | says_nothing | was_nothing
    whole_order = pl.col("is_whole").fill_null(value=True)
    is_same = is_held & whole_order & (pl.col("equal") == pl.col("shared"))
    may = is_shown & (stayed(_NAME) | (shares & (is_like | is_same)))
    return counted.select(
        ORDER,
        BASKET,
        _PACKAGE,
        "shared",
        likeness.alias("likeness"),
        is_like.alias("is_like"),
        may.alias("may"),
    ).sort(
        ORDER,
        "is_like",
        "likeness",
        "shared",
        pl.col(BASKET) == pl.col(_PACKAGE),
        pl.col(BASKET).str.len_chars(),
        BASKET,
        _PACKAGE,
        descending=[False, True, True, True, True, False, False, False],
    )


def _elsewhere(lines: _Lines) -> pl.DataFrame:
    """Return the stored lines that are left, and whether a line of the file is each."""
    told, stored = lines.told_left, lines.stored_left
    found = told.select("row_number", ORDER).join(
        _anywhere(told, stored, lines.sku), on="row_number"
    )
    seen = found.select(ORDER, "line_id", is_told=pl.lit(value=True))
    return (
        stored.select(ORDER, BASKET, "line_id")
        .join(seen, on=[ORDER, "line_id"], how="left")
        .with_columns(pl.col("is_told").fill_null(value=False))
    )


def _shared(pairs: pl.DataFrame, lines: _Lines) -> pl.DataFrame:
    """Return how many lines the two of each pair share, and how many with all pieces.

    Where they share any.
    """
    pair = [ORDER, BASKET, _PACKAGE]
    keys = pairs.select(pair).with_columns(
        pl.concat_str(pair, separator="\x1f").alias("_pair")
    )
    told = lines.told_left.join(keys, on=[ORDER, BASKET]).drop("row_number")
    stored = lines.stored_left.rename({BASKET: _PACKAGE}).join(
        keys, on=[ORDER, _PACKAGE]
    )
    as_order = [pl.col("_pair").alias(ORDER), pl.lit("").alias(BASKET)]
    told = told.with_columns(as_order).with_row_index("row_number")
    stored = stored.with_columns(as_order)
    counts = (
        matched(told, stored, lines.sku)
        .join(told.select("row_number", "_pair", "quantity"), on="row_number")
        .join(stored.select("_pair", "line_id", "quantity"), on=["_pair", "line_id"])
        .group_by("_pair")
        .agg(
            pl.len().cast(pl.Int64).alias("shared"),
            _is_as_many().sum().cast(pl.Int64).alias("equal"),
        )
    )
    return keys.join(counts, on="_pair").select(*pair, "shared", "equal")


def _chosen(candidates: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the pairs that are one, and what packages new addresses were split from.

    The best pair first, each address and each package once.
    """
    rows = candidates.select(
        ORDER, BASKET, _PACKAGE, "may", pl.col("is_like") & (pl.col("shared") > 0)
    ).rows()
    chosen = list(_firsts((*pair, may) for *pair, may, _ in rows))
    groups = {(order, basket) for order, basket, _ in chosen}
    taken = {(order, package) for order, _, package in chosen}
    origins: dict[tuple[str, str], str] = {}
    for order, basket, package, _, is_split in rows:
        is_free = (order, basket) not in groups and (order, package) not in taken
        if is_split and is_free:
            origins.setdefault((order, basket), package)
    return (
        _frame(chosen, _PACKAGE),
        _frame([(*one, package) for one, package in origins.items()], _TAKES_OF),
    )


def _firsts(pairs: Iterator[tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    groups: set[tuple[str, str]] = set()
    packages: set[tuple[str, str]] = set()
    for order, basket, package, may in pairs:
        is_free = (order, basket) not in groups and (order, package) not in packages
        if may and is_free:
            groups.add((order, basket))
            packages.add((order, package))
            yield order, basket, package


def _frame(rows: list[tuple[str, str, str]], last: str) -> pl.DataFrame:
    schema = dict.fromkeys((ORDER, BASKET, last), pl.String())
    return pl.DataFrame(rows, schema=schema, orient="row")
