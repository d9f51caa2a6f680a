"""What became of a file, or would: in parts that a page can lay out.

The Markdown report beside it is for the run's page at Prefect. This is the same as
data, left as a table of one row, for the desk; no cell of the file is in it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

from prefect.artifacts import create_table_artifact
from pydantic import BaseModel

from data.model.csv_file import RowRemark
from tasks.runs.report import LISTED

KEY: Final = "file-outcome"


class Remark(BaseModel):
    """What is to be said of one row, line or order of the file."""

    row: int | None = None
    column: str = ""
    order: str = ""
    what: str

    @classmethod
    def of_row(cls, one: RowRemark) -> Self:
        """Return the same of a remark on a row."""
        return cls(
            row=one.row_number,
            column=one.place,
            order=one.order_number or "",
            what=one.reason,
        )


class RemarkList(BaseModel):
    """Remarks of one kind: the first of `total`."""

    title: str
    total: int
    advice: str = ""
    remarks: list[Remark] = []


class FileOutcome(BaseModel):
    """What a person sees of a file before they confirm its import, or after it.

    problem   why nothing of the file is taken; everything else is then empty
    counts    how many of what, by its name in Japanese
    left_out  rows and orders that are not taken
    warned    what is taken, and should be looked at
    waiting   lines whose stock a person has to adjust
    """

    is_trial: bool = False
    is_same_file: bool = False
    problem: str = ""
    facts: dict[str, str] = {}
    counts: dict[str, int] = {}
    left_out: list[RemarkList] = []
    warned: list[RemarkList] = []
    waiting: int = 0

    @classmethod
    def of_tables(
        cls, tables: Mapping[str, Sequence[Mapping[str, Any]]]
    ) -> Self | None:
        """Return what a run left among its tables; None for a run that left none."""
        rows = tables.get(KEY)
        return cls.model_validate(rows[0]) if rows else None


def of_rows(title: str, advice: str, rows: Sequence[RowRemark]) -> list[RemarkList]:
    """Return the remarks on rows as one listing, or none without rows."""
    if not rows:
        return []
    remarks = [Remark.of_row(one) for one in rows[:LISTED]]
    return [RemarkList(title=title, total=len(rows), advice=advice, remarks=remarks)]


def of_file(notices: Sequence[str]) -> list[RemarkList]:
    """Return what is said of the file as a whole as one listing, or none."""
    return of_texts("ファイルについて", "", notices)


def of_texts(title: str, advice: str, texts: Sequence[str]) -> list[RemarkList]:
    """Return texts as one listing, or none without texts."""
    if not texts:
        return []
    remarks = [Remark(what=text) for text in texts[:LISTED]]
    return [RemarkList(title=title, total=len(texts), advice=advice, remarks=remarks)]


def leave_outcome(outcome: FileOutcome) -> None:
    """Leave it with the run, for the desk."""
    create_table_artifact(
        key=KEY,
        table=[outcome.model_dump(mode="json")],
        description="ファイルの内容と結果(受注デスクの画面用)",
    )
