"""Buyers' data taken out for good: when its term is over, or because a buyer asked.

Clearing is one transaction; rewriting the file then removes the bytes. No task logs or
shows anything that tells who it was: counts, order numbers and file names only. What a
later task must search for is handed on as `Traces`, which Prefect does not store.

Files go first: what they are searched for is in the warehouse only until it is cleared.
So a run that is killed anywhere can be done again: before the clearing everything to
search for is still there, and after it the files are gone already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from connectors.private_files import files_telling_of, remove
from connectors.settings.reading import read_settings
from connectors.watched_folder import DONE
from data.model.buyer import FoundBuyer, Traces, mail_of
from data.model.typed.number import plain_number
from data.warehouse.buyers import (
    are_bytes_left,
    clear_orders,
    ended_before,
    find_buyer,
    orders_numbered,
    remember_forgotten,
    request_of,
    unknown_keys,
)
from data.warehouse.errors import WarehouseFull
from data.warehouse.forget_requests import note_request
from data.warehouse.house.rewrite import rewrite
from data.warehouse.session import Connection
from tasks.day.report import sentence
from tasks.machine import now, our_warehouse
from tasks.runs.failures import hiding_values
from tasks.runs.parameters import replace_parameter
from tasks.runs.report import (
    bullets,
    counts,
    ended,
    ends_table,
    failed_of,
    in_a_row,
    page,
    section,
    see,
)
from tasks.runs.retrying import SAFE_TO_REPEAT

AT_ONCE: Final = 2_000
"""Orders cleared in one transaction when their term is over."""
BY_TERM: Final = "juchu"
REPORT: Final = "forget-report"
FILES: Final = "ファイルの削除"
REWRITING: Final = "データベースの書き直し"
"""The steps beside the clearing, as staff read them."""


class BuyerUnclear(Exception):
    """What was entered names no buyer, or two; the text quotes nothing of it."""


class NotRewritten(Exception):
    """What was cleared is cleared, but bytes of it may still be in the file."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            "購入者の情報は表から削除しましたが、データベースのファイルを"
            f"書き直せませんでした({cause})。削除した内容の一部が、"
            "ファイルに残っている可能性があります。"
            "対処: ディスクの空き容量を増やして(データベースのファイルの2倍が"
            "目安です)、forget-buyer をもう一度実行してください。"
        )


@dataclass(frozen=True)
class Cleared:
    """What was cleared of one buyer; nothing in it identifies the buyer."""

    orders: tuple[str, ...]
    unshipped: tuple[str, ...]
    given_away: int
    lost_keys: int


@dataclass(frozen=True)
class Files:
    """The files with data of the buyer, and those that could not be searched."""

    removed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Still to be imported."""
    kept: tuple[str, ...] = ()
    """The system did not let us remove them."""
    unread: tuple[str, ...] = ()
    """They could not be read to their end; what was read of them told nothing."""
    by_number_only: bool = False
    """There was no phone and no mail address to look for."""


@task(name="find-traces", **SAFE_TO_REPEAT)
def find_traces(order_number: str, mail: str, who: str) -> Traces:
    """Return what to search files for, to find the buyer; nothing is changed.

    Prefect's server forgets the mail address before anything else is done.

    Raises:
        BuyerUnclear: neither or both were entered, nobody signs for it, or the number
            is of no order or of two.

    """
    with hiding_values(BuyerUnclear):
        if mail:
            replace_parameter("mail", "")
        if not who.strip():
            raise BuyerUnclear(
                "担当者が入力されていません。何も変更していません。"
                "対処: 担当者を入力して、もう一度実行してください。"
            )
        if bool(order_number.strip()) == bool(mail_of(mail)):
            raise BuyerUnclear(
                "注文番号とメールアドレスの両方が空欄か、両方に入力があります。"
                "何も変更していません。対処: どちらか一方を入力してください。"
            )
        if mail_of(mail) and "@" not in mail_of(mail):
            raise BuyerUnclear(
                "メールアドレスに「@」がありません。何も変更していません。"
                "対処: 綴りを確認して、もう一度実行してください。"
            )
        with our_warehouse() as con:
            return _found(con, order_number.strip(), mail_of(mail)).traces


@task(name="clear-buyer", **SAFE_TO_REPEAT)
def clear_buyer(order_number: str, mail: str, who: str) -> Cleared:
    """Clear the buyer's data from all their orders, and store who is to be kept away.

    The buyer is looked up again: another order may have come since `find_traces`.
    """
    with hiding_values(BuyerUnclear), our_warehouse() as con:
        at = now()
        found = _found(con, order_number.strip(), mail_of(mail))
        note_request(
            read_settings().warehouse, request_of(con, found, who=who.strip(), at=at)
        )
        clear_orders(con, found.orders, why="asked", who=who.strip(), at=at)
        remember_forgotten(con, found.marks, at)
        return Cleared(
            orders=tuple(key.order_number for key in found.orders),
            unshipped=found.unshipped,
            given_away=found.given_away,
            lost_keys=unknown_keys(con),
        )


def _found(con: Connection, number: str, address: str) -> FoundBuyer:
    if address:
        return find_buyer(con, mail=address)
    orders = orders_numbered(con, number) or orders_numbered(con, plain_number(number))
    if not orders:
        raise BuyerUnclear(
            "この注文番号の注文は保存されていません。何も変更していません。"
            "対処: 注文番号を確認するか、メールアドレスで実行してください。"
        )
    if len(orders) > 1:
        raise BuyerUnclear(
            f"この注文番号の注文が{len(orders)}つの店舗にあります。"
            "何も変更していません。対処: メールアドレスで実行してください。"
        )
    return find_buyer(con, order=orders[0])


@task(name="remove-files-of", **SAFE_TO_REPEAT)
def remove_files_of(traces: Traces) -> Files:
    """Remove the house's files that hold data of the buyer.

    A file that waits to be imported stays, because it brings other orders as well; its
    import stores nothing of the buyer. What cannot be read or removed stops nothing.
    """
    settings = read_settings()
    home, incoming = settings.home, settings.incoming
    folders = (settings.rejected, settings.labels, settings.uploads, incoming)
    with hiding_values():
        found = files_telling_of(folders, traces)
    removed, waiting, kept = [], [], []
    for path in found.telling:
        if incoming in path.parents and incoming / DONE not in path.parents:
            waiting.append(path)
        elif _is_removed(path):
            removed.append(path)
        else:
            kept.append(path)

    def shown(paths: Sequence[Path]) -> tuple[str, ...]:
        return tuple(_shown(path, home) for path in paths)

    return Files(
        removed=shown(removed),
        waiting=shown(waiting),
        kept=shown(kept),
        unread=shown(found.unread),
        by_number_only=not (traces.mails or traces.phones),
    )


def _is_removed(path: Path) -> bool:
    try:
        remove(path)
    except OSError:
        return False
    return True


def _shown(path: Path, home: Path) -> str:
    return str(path.relative_to(home) if path.is_relative_to(home) else path)


@task(name="rewrite-warehouse", **SAFE_TO_REPEAT)
def rewrite_warehouse() -> None:
    """Rewrite the warehouse's file, so that no byte of what was cleared is in it.

    Raises:
        NotRewritten: there is no room for the new file, or it cannot be written.
        WarehouseClosed: the warehouse did not open.

    """
    settings = read_settings()
    try:
        rewrite(settings.warehouse, now(), settings.warehouse_patience_s)
    except WarehouseFull as problem:
        raise NotRewritten(problem.cause) from problem
    except OSError as problem:
        raise NotRewritten(problem.strerror or f"{problem}") from problem


@task(name="clear-ended-buyers", **SAFE_TO_REPEAT)
def clear_ended_buyers(retention_days: int | None = None) -> int:
    """Clear buyers' data of orders that ended so many days ago; return how many.

    None is the setting JUCHU_RETENTION_DAYS. The file is rewritten if there were any,
    or if it was not rewritten since a buyer's data were cleared another time.
    """
    days = retention_days or read_settings().retention_days
    at, done = now(), 0
    while orders := _clear_some(at - timedelta(days=days), at):
        done += orders
    with our_warehouse() as con:
        is_due = are_bytes_left(con)
    if is_due:
        rewrite_warehouse.fn()
    return done


def _clear_some(before: datetime, at: datetime) -> int:
    with our_warehouse() as con:
        orders = ended_before(con, before, AT_ONCE)
        clear_orders(con, orders, why="term", who=BY_TERM, at=at)
    return len(orders)


def conclude_forgetting(
    cleared: Cleared, steps: Mapping[str, State[Any]]
) -> State[Any]:
    """Report what was cleared and end the run; Failed if a person has to look at it.

    `steps` are how the files' removal (FILES) and the rewriting ended.
    """
    failed = failed_of(steps)
    files = Files() if FILES in failed else steps[FILES].result()
    create_markdown_artifact(
        key=REPORT,
        markdown=forget_report(cleared, files, steps),
        description="購入者の情報の削除",
    )
    if failed or files.kept:
        left = [*failed, *(["削除できないファイル"] if files.kept else [])]
        causes = "".join(sentence(steps[name]) for name in failed)
        return ended(
            f"購入者の情報を削除しました: 注文 {len(cleared.orders)} 件",
            f"完了していないもの: {'、'.join(left)}。{causes}{see(REPORT)}"
            "原因を取り除いた後に、もう一度実行してください。",
        )
    if not cleared.orders:
        return ended(
            "該当する注文は保存されていません",
            "対処: 綴りを確認するか、注文番号で実行してください。このメールアドレスの"
            "過去の注文を今後取り込む場合、購入者の情報は保存しません。",
        )
    summary = (
        f"購入者の情報を削除しました: 注文 {len(cleared.orders)} 件 /"
        f" ファイル {len(files.removed)} 件。"
        "データベースのファイルも書き直しました"
    )
    return ended(f"{summary}。{see(REPORT)}" if _notes(cleared, files) else summary)


def forget_report(
    cleared: Cleared, files: Files, steps: Mapping[str, State[Any]]
) -> str:
    """Return in Markdown what was cleared and what a person should know."""
    return page(
        "購入者の情報の削除",
        counts(
            {
                "情報を削除した注文": len(cleared.orders),
                "削除したファイル": len(files.removed),
            }
        ),
        section("注文", in_a_row(cleared.orders)) if cleared.orders else "",
        section("削除したファイル", bullets(files.removed)) if files.removed else "",
        section("完了していない処理", ends_table("処理", steps))
        if failed_of(steps)
        else "",
        section("確認してください", bullets(_notes(cleared, files)))
        if _notes(cleared, files)
        else "",
    )


def _notes(cleared: Cleared, files: Files) -> Sequence[str]:
    notes = []
    if cleared.unshipped:
        notes.append(
            f"発送前の注文が {len(cleared.unshipped)} 件あります"
            f"({in_a_row(cleared.unshipped)})。送り状は出力できません。"
            "対処: 発送する場合は、モールの画面で住所を確認してください。"
        )
    if cleared.given_away:
        notes.append(
            f"ほかの購入者の注文 {cleared.given_away} 件の送付先になっています。"
            "その注文の情報は残しています。対処: 削除する場合は、"
            "その購入者に確認してください。"
        )
    if files.waiting:
        notes.append(
            f"取り込み前のファイルに情報があります({in_a_row(files.waiting)})。"
            "取り込んでも保存しません。対処: 取り込んだ後に、もう一度実行してください。"
        )
    if files.by_number_only:
        notes.append(
            "電話番号もメールアドレスも保存されていないため、"
            "ファイルは注文番号だけで検索しました。注文番号のないファイルは"
            "確認していません。対処: お手元のファイルを確認してください。"
        )
    if files.kept:
        notes.append(
            f"削除できないファイルに情報があります({in_a_row(files.kept)})。"
            "対処: アクセス権を確認し、ファイルを削除してください。"
        )
    if files.unread:
        notes.append(
            "読み取れないファイルがあり、購入者の情報の有無を確認できません"
            f"({in_a_row(files.unread)})。"
            "対処: 不要な場合は、ファイルを削除してください。"
        )
    if cleared.lost_keys:
        notes.append(
            "鍵のファイル(people.key)が以前のものと異なるため、以前に削除を求めた"
            "購入者を判別できません。対処: 控えの鍵があれば戻してください。"
        )
    return notes
