"""Import a carrier's file of tracking numbers: match each parcel to its package."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

import polars as pl

from data.model.csv_file import RowRemark
from data.model.order import Mall
from data.model.shipping.shipment import NO_NUMBER, Carrier, ReportFault
from data.model.shipping.shipment_file import ShipmentFile
from data.model.shipping.short_key import (
    KnownPackages,
    PackageRef,
    Unmatched,
    match_reference,
)
from data.warehouse.people_key import key_in, keyed_hash
from data.warehouse.session import Connection
from data.warehouse.statements import SQL, show

OLDEST: Final = timedelta(days=730)
"""How long after the order a parcel may leave and still be found by its reference."""

CORRECTED: Final = "送り状番号が訂正されました。"
NUMBERED: Final = (
    "送り状番号のある送付先です。番号のない発送にする場合は、ひな形の"
    "「訂正前の伝票番号」にその番号を入力してください。"
)
OTHER_ORDER: Final = (
    "同じ送り状番号を、別の注文でも取り込んでいます。"
    "同梱でない場合は、番号を確認してください。"
)
DELETED: Final = "削除または取り消されたため、この番号はモールに報告しません。"
DELETED_TOO_LATE: Final = (
    "削除または取り消された番号ですが、モールに報告済みです。対処: ひな形の"
    "「訂正前の伝票番号」にこの番号、「伝票番号」に正しい番号を入力して取り込んでください。"
    "発送しない注文の場合は、モールの画面で発送情報を確認してください。"
)
NOT_THERE: Final = (
    "取り消す番号の荷物がないか、取り消し済みです。"
    "対処: 注文番号・送付先ID・伝票番号を確認してください。"
)
TOO_SOON: Final = (
    "まだ発送できない注文です(入金待ち・審査中・保留など)。"
    "対処: 発送してよいか、モールの画面で確認してください。"
)
FURTHER: Final = (
    "この送付先には、前に取り込んだ送り状番号もあります。荷物の追加として報告します。"
    "送り状を作り直した場合は、ひな形で前の番号を訂正するか、取り消してください。"
)
VAIN: Final = (
    "訂正前の伝票番号の荷物が、この送付先にありません。新しい番号は、荷物の追加として"
    "報告します。対処: 訂正前の番号を確認して、もう一度取り込んでください。"
)
BESIDE: Final = (
    "訂正前の番号も新しい番号もモールに報告済みのため、訂正前の番号の行がモールに"
    "残ります。対処: モールの画面で、その行を削除してください。"
)
TWICE: Final = "同じ荷物の行がほかにもあります。後の行を取り込みました。"

_ROWS: Final = pl.Schema(
    {
        "position": pl.Int64(),
        "order_number": pl.String(),
        "basket_id": pl.String(),
        "tracking_number": pl.String(),
        "carrier_code": pl.String(),
        "shipping_date": pl.Date(),
        "shipping_detail_id": pl.String(),
        "replaces": pl.String(),
    }
)
_REMARKS: Final = pl.Schema(
    {
        "row_number": pl.Int64(),
        "kind": pl.String(),
        "column_name": pl.String(),
        "reason": pl.String(),
        "is_elsewhere": pl.Boolean(),
    }
)


class Placed(NamedTuple):
    """A row of the file whose package is known, by the columns of `shipment_rows`."""

    position: int
    order_number: str
    basket_id: str
    tracking_number: str
    carrier_code: str
    shipping_date: date
    shipping_detail_id: str | None
    replaces: str | None

    @property
    def package(self) -> tuple[str, str]:
        """The order's number and the package within it."""
        return self.order_number, self.basket_id


@dataclass(frozen=True)
class ShipmentReport:
    """The result of one import.

    changed       carrier, date or correction; or one that was refused is planned again
    unmatched     rows that belong to no package we know
    warnings      rows of a parcel that another row names as well, or whose number
                  another order has, corrections that leave the wrong number, and
                  numbers of a package that had one or of an order not to be sent
    is_same_file  this very file was imported before, and nothing changed now
    """

    file_name: str
    rows_read: int
    created: int
    changed: int
    unchanged: int
    rejected: tuple[RowRemark, ...]
    unmatched: tuple[RowRemark, ...]
    warnings: tuple[RowRemark, ...]
    is_same_file: bool


def known_packages(
    con: Connection, shop_id: str, *, mall: Mall, since: datetime
) -> list[PackageRef]:
    """Return the packages of orders placed since then that a file may refer to."""
    given = {"mall": mall.value, "shop_id": shop_id, "since": since}
    rows = SQL.run(con, "list_shipment_packages", given).fetchall()
    return [PackageRef(*row) for row in rows]


def printed_keys(
    con: Connection, shop_id: str, *, mall: Mall, since: datetime
) -> list[tuple[str, PackageRef]]:
    """Return keyed hashes of the keys on labels made when a package had another id."""
    given = {"mall": mall.value, "shop_id": shop_id, "since": since}
    rows = SQL.run(con, "list_printed_keys", given).fetchall()
    return [(key, PackageRef(*row)) for key, *row in rows]


def import_shipments(  # noqa: PLR0913
    con: Connection,
    file: ShipmentFile,
    *,
    import_id: str,
    shop_id: str,
    mall: Mall = Mall.RAKUTEN,
    imported_at: datetime,
) -> ShipmentReport:
    """Store the file's parcels as shipments to report, in the caller's transaction.

    The same file again changes nothing, except that what was refused or cancelled is
    planned again. A corrected number is set aside, whatever file names it later.
    Any error is a duckdb.Error: then the session is only worth closing.
    """
    since = imported_at - OLDEST
    known = KnownPackages(
        known_packages(con, shop_id, mall=mall, since=since),
        printed_keys(con, shop_id, mall=mall, since=since),
        partial(keyed_hash, key_in(con)),
    )
    placed, unmatched, warnings = _matched(file, known)
    unmatched = _told_elsewhere(con, file, unmatched, mall, shop_id)
    given: dict[str, object] = {
        "mall": mall.value,
        "shop_id": shop_id,
        "import_id": import_id,
        "imported_at": imported_at,
        "file_sha256": file.sha256,
        "file_name": file.file_name,
        "carrier": file.carrier.value,
        "layout": file.layout,
        "rows_read": file.rows_read,
        "reason": CORRECTED,
    }
    before = SQL.value(con, "count_shipment_imports_of_file", given)
    given["is_known_file"] = bool(before)
    placed, numbered = _without_numbered(con, placed, given)
    unmatched += [RowRemark(row, file.reference_column, NUMBERED) for row in numbered]
    show(con, "shipment_rows", pl.DataFrame(placed, schema=_ROWS, orient="row"))
    SQL.run(con, "judge_shipments", given)
    ((created, changed, unchanged),) = SQL.run(
        con, "count_shipment_verdicts"
    ).fetchall()
    warnings += _of_corrections(con, given)
    SQL.run(con, "merge_shipments", given)
    SQL.run(con, "replace_shipments", given)
    con.unregister("shipment_rows")
    warnings += _deleted(con, file, known, given)
    warnings += _of_parcels(con, given)
    given |= {
        "created": created,
        "changed": changed,
        "unchanged": unchanged,
        "rejected": len(file.rejects),
        "unmatched": len(unmatched),
    }
    SQL.run(con, "record_shipment_import", given)
    _record_remarks(con, file.rejects, unmatched, given)
    return ShipmentReport(
        file_name=file.file_name,
        rows_read=file.rows_read,
        created=created,
        changed=changed,
        unchanged=unchanged,
        rejected=file.rejects,
        unmatched=tuple(unmatched),
        warnings=tuple(warnings),
        is_same_file=bool(before) and not created and not changed,
    )


def _of_corrections(con: Connection, given: dict[str, object]) -> list[RowRemark]:
    """Return a warning for each correction after which the wrong number stays."""
    doubtful = SQL.run(con, "list_doubtful_corrections", given).fetchall()
    return [
        RowRemark(row, None, VAIN if is_vain else BESIDE) for row, is_vain in doubtful
    ]


def _of_parcels(con: Connection, given: dict[str, object]) -> list[RowRemark]:
    """Return a warning for each stored parcel that is doubtful beside what was known.

    Its number is another order's, its order is not to be sent, or its package has one.
    """
    shared = SQL.column(con, "list_shared_numbers", given)
    held = SQL.run(con, "list_parcels_to_hold", given).fetchall()
    further = SQL.column(con, "list_further_parcels", given)
    return [
        *(RowRemark(row, None, OTHER_ORDER) for row in shared),
        *(
            RowRemark(row, None, ReportFault.CANCELLED if is_cancelled else TOO_SOON)
            for row, is_cancelled in held
        ),
        *(RowRemark(row, None, FURTHER) for row in further),
    ]


def _told_elsewhere(
    con: Connection,
    file: ShipmentFile,
    unmatched: Sequence[RowRemark],
    mall: Mall,
    shop_id: str,
) -> list[RowRemark]:
    """Mark the rows without an order of this shop that belong to another shop.

    A carrier's program holds the parcels of all malls, so they are in every file.
    """
    missing = {one.row_number for one in unmatched if one.reason == Unmatched.NO_ORDER}
    if not missing:
        return list(unmatched)
    asked = {row.row_number: row.order_ref for row in file.rows}
    references = sorted({asked[number] for number in missing})
    given = {"references": references, "mall": mall.value, "shop_id": shop_id}
    known = set(SQL.column(con, "list_references_elsewhere", given))
    return [
        one._replace(reason=Unmatched.ELSEWHERE.value)
        if one.row_number in missing and asked[one.row_number] in known
        else one
        for one in unmatched
    ]


def _deleted(
    con: Connection,
    file: ShipmentFile,
    known: KnownPackages,
    given: dict[str, object],
) -> list[RowRemark]:
    """Withdraw numbers whose label was deleted since; return a remark for each."""
    placed, _, _ = _matched(replace(file, rows=file.deleted), known)
    found = _withdrawn(con, placed, given) if placed else {}
    told = [RowRemark(row, None, reason) for row, reason in found.items()]
    if file.carrier is Carrier.TEMPLATE:  # a person asks for it
        missing = (one.row_number for one in file.deleted)
        told += [RowRemark(row, None, NOT_THERE) for row in missing if row not in found]
    return told


def _withdrawn(
    con: Connection, placed: Sequence[Placed], given: dict[str, object]
) -> dict[int, str]:
    """Withdraw numbers that no mall knows yet; return the remark for each row."""
    show(con, "deleted_labels", pl.DataFrame(placed, schema=_ROWS, orient="row"))
    found = SQL.run(con, "list_deleted_labels", given).fetchall()
    unsent = [row for row, is_told in found if not is_told]
    withdrawn = {"positions": unsent, "reason": DELETED}
    SQL.run(con, "withdraw_deleted_labels", given | withdrawn)
    con.unregister("deleted_labels")
    return {row: DELETED_TOO_LATE if is_told else DELETED for row, is_told in found}


def _matched(
    file: ShipmentFile, known: KnownPackages
) -> tuple[list[Placed], list[RowRemark], list[RowRemark]]:
    """Split the rows by whether they match a package; of two rows the later wins."""
    placed: dict[tuple[str, str, str], Placed] = {}
    unmatched: list[RowRemark] = []
    repeated: list[RowRemark] = []
    for row in file.rows:
        found = match_reference(row.order_ref, row.package_ref, known)
        if isinstance(found, Unmatched):
            unmatched.append(
                RowRemark(row.row_number, file.reference_column, found.value)
            )
            continue
        key = (found.order_number, found.basket_id, row.tracking_number)
        if key in placed:
            repeated.append(RowRemark(placed[key].position, None, TWICE))
        placed[key] = Placed(
            row.row_number,
            *key,
            row.carrier_code,
            row.shipping_date,
            row.shipping_detail_id,
            row.replaces,
        )
    return list(placed.values()), unmatched, repeated


def _without_numbered(
    con: Connection, placed: Sequence[Placed], given: dict[str, object]
) -> tuple[list[Placed], list[int]]:
    """Split off parcels that are said to have no number although their package has one.

    A parcel that corrects a wrong number is not split off.
    """
    doubtful = [
        row for row in placed if row.tracking_number == NO_NUMBER and not row.replaces
    ]
    if not doubtful:
        return list(placed), []
    numbers = given | {"numbers": [row.order_number for row in doubtful]}
    numbered = set(SQL.run(con, "list_numbered_packages", numbers).fetchall())
    numbered |= {row.package for row in placed if row.tracking_number != NO_NUMBER}
    aside = {row.position for row in doubtful if row.package in numbered}
    return [row for row in placed if row.position not in aside], sorted(aside)


def _record_remarks(
    con: Connection,
    rejected: Iterable[RowRemark],
    unmatched: Iterable[RowRemark],
    given: dict[str, object],
) -> None:
    rows = [
        (r.row_number, kind, r.column_name, r.reason, r.reason == Unmatched.ELSEWHERE)
        for kind, remarks in (("rejected", rejected), ("unmatched", unmatched))
        for r in remarks
    ]
    if rows:
        show(con, "shipment_asides", pl.DataFrame(rows, schema=_REMARKS, orient="row"))
        SQL.run(con, "record_shipment_rejects", given)
        con.unregister("shipment_asides")
