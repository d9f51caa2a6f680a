"""Answers the mall gave before: what is known by them need not be stored again."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from data.model.order import SameAnswer
from data.warehouse.orders import Stored
from data.warehouse.session import Connection
from data.warehouse.shown import show
from data.warehouse.statements import SQL

_ANSWERS = pl.Schema(
    {
        "position": pl.Int64(),
        "mall": pl.String(),
        "shop_id": pl.String(),
        "order_number": pl.String(),
        "observed_at": pl.Datetime("us", "UTC"),
        "answer_hash": pl.String(),
    }
)


def known_answers(
    con: Connection, shop_id: str, numbers: Sequence[str]
) -> Mapping[str, str]:
    """Say of which orders the present content is known, and by what answer's hash."""
    given = {"shop_id": shop_id, "numbers": list(numbers)}
    return dict(con.execute(SQL("list_known_answers"), given).fetchall())


def store_same(
    con: Connection, answers: Sequence[SameAnswer], stored_at: datetime
) -> Stored:
    """Move the sightings of orders the mall showed again as they are known.

    An order another run changed meanwhile counts as stale and keeps its content.
    """
    if not answers:
        return Stored(0, 0, 0, 0)
    show(con, "incoming", _frame(answers))
    con.execute(SQL("judge_answers"))
    stored = Stored(*con.execute(SQL("count_verdicts")).fetchall()[0])
    con.execute(SQL("move_sightings"))
    con.execute(SQL("settle_refusals"), {"stored_at": stored_at})
    con.unregister("incoming")
    return stored


def _frame(answers: Sequence[SameAnswer]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "position": range(len(answers)),
            "mall": [answer.mall.value for answer in answers],
            "shop_id": [answer.shop_id for answer in answers],
            "order_number": [answer.order_number for answer in answers],
            "observed_at": [answer.observed_at for answer in answers],
            "answer_hash": [answer.answer_hash for answer in answers],
        },
        schema=_ANSWERS,
    )
