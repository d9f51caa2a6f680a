"""Uploads that are not imported yet: what stands of each, so that none is lost.

An import that broke off leaves its file where it was. Who imports it again adds
nothing twice: it was one transaction, and the same file again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.uploads import Upload, Uploads
from tasks.desk.frame import Visit
from tasks.desk.prefect import PrefectClosed
from tasks.desk.run_now import RunNow
from tasks.runs.file_outcome import FileOutcome

MOST: Final = 20
"""Uploads listed at once: each that was booked costs a look at its run."""
NOT_READ: Final = (
    "内容を確認できませんでした。対処: もう一度確認してください。"
    "同じことが続く場合は、管理者に連絡してください。"
)
NOT_BOOKED: Final = "まだ取り込んでいません"
AT_WORK: Final = "取り込んでいます"
BROKE_OFF: Final = "取り込めませんでした"
NOT_KNOWN: Final = "取込の結果を確認できません"


@dataclass(frozen=True)
class UploadEnding:
    """How the run of a file ended.

    problem  why nothing was taken or shown; "" while it is at work
    """

    found: FileOutcome | None
    problem: str
    is_imported: bool

    @classmethod
    def of(cls, upload: Upload, run: RunNow) -> "UploadEnding":
        """Return how an upload's run ended, its trial or its import."""
        if not run.is_final:
            return cls(None, "", is_imported=False)
        found = FileOutcome.of_tables(run.tables)
        problem = found.problem if found else ""
        if found is None:
            problem = run.message if not run.is_good else NOT_READ
        was_taken = run.is_good or bool(found and not found.problem)
        return cls(found, problem, is_imported=bool(upload.booked) and was_taken)


@dataclass(frozen=True)
class FileLeft:
    """An upload that is not imported, and what stands of it."""

    token: str
    names: str
    who: str
    since: datetime
    stands: str
    is_bad: bool


def files_left(visit: Visit) -> list[FileLeft]:
    """Return the uploads that are not imported, the oldest first.

    The files of one that was imported while nobody looked are deleted.
    """
    uploads = Uploads(visit.settings.uploads)
    found, is_closed = [], False
    for upload, since in uploads.waiting()[:MOST]:
        stands: str | None = NOT_KNOWN
        if not (upload.booked and is_closed):
            try:
                stands = _stands(visit, upload)
            except PrefectClosed:  # the others need not wait for it as well
                is_closed = True
        if stands is None:
            uploads.drop_files(upload)
            continue
        found.append(
            FileLeft(
                upload.token,
                " + ".join(upload.names),
                upload.who,
                since,
                stands,
                stands == BROKE_OFF,
            )
        )
    return found


def _stands(visit: Visit, upload: Upload) -> str | None:
    """Return what stands of an upload; None for one that was imported."""
    if not upload.booked:
        return NOT_BOOKED
    run = visit.desk.runs.look(upload.booked)
    if run is None:
        return NOT_KNOWN
    if not run.is_final:
        return AT_WORK
    return None if UploadEnding.of(upload, run).is_imported else BROKE_OFF
