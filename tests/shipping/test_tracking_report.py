"""What people read of a push: counts, reasons and what to do, and nobody's data."""

from datetime import timedelta

import pytest

from data.model.shipping.open_order import DoubledRow, OpenRow
from data.warehouse.shipping.tracking import ShipmentLine, Straggler, TrackingReport
from tasks.shipping import tracking, tracking_report
from tasks.shipping.tracking_report import (
    LISTED,
    NO_ROW,
    STILL_OPEN,
    UNREAD,
    tracking_push_report,
)
from tests.shipping.lab import REPORT, SHOP, Lab
from tests.shipping.pushing import imported
from tests.support.effort import for_ci
from tests.support.orders import order_number

COUNTS = {
    "sent": "報告した荷物",
    "verified": "RMSで確認できた荷物",
    "refused": "拒否された荷物",
    "unknown": "結果が不明な荷物",
    "waiting": "報告を待っている荷物",
    "still_300": "報告済みで発送待ちの注文",
    "unread": "取得できなかった注文",
}
PEOPLE = (
    "SELECT DISTINCT unnest([family_name, first_name, family_name_kana,"
    " first_name_kana, zip, city, street, phone, email, remarks]) FROM order_people"
)


@pytest.fixture
def shown(lab: Lab, monkeypatch) -> dict[str, str]:
    """The artifacts of the latest push, by key."""
    kept: dict[str, str] = {}

    def keep(*, key: str, markdown: str, description: str) -> None:
        assert description
        kept[key] = markdown

    monkeypatch.setattr(tracking_report, "create_markdown_artifact", keep)
    return kept


def counts(text: str) -> dict[str, int]:
    """The table at the top of a report, by our words."""
    rows = [row.split("|") for row in text.splitlines() if row.startswith("| ")]
    told = {row[1].strip(): row[2].strip() for row in rows if len(row) == 4}
    return {word: int(told[name]) for word, name in COUNTS.items()}


def section(text: str, title: str) -> list[str]:
    """The lines of the section whose title begins so."""
    parts = text.split("\n## ")[1:]
    (part,) = [part for part in parts if part.startswith(title)]
    return part.splitlines()


def some(**counted: int) -> dict[str, int]:
    return dict.fromkeys(COUNTS, 0) | counted


def test_a_good_push_is_a_table_of_counts(lab: Lab, shown):
    imported(lab, 3)
    lab.push()
    text = shown["tracking-report"]

    assert text.startswith(f"# 発送報告の結果 ({SHOP})\n")
    assert counts(text) == some(sent=3, verified=3)
    assert "\n##" not in text


def test_what_is_refused_is_listed_with_its_reason(lab: Lab, shown):
    cancelled, odd, _ = sorted(imported(lab, 3))
    lab.rms.cancel(cancelled)
    lab.ask(
        "UPDATE shipments SET carrier_code = '9999' WHERE order_number ="
        " (SELECT order_number FROM shipments ORDER BY order_number LIMIT 1 OFFSET 1)"
    )
    lab.push()
    text = shown["tracking-report"]
    title, *lines = section(text, "拒否された荷物")
    (of_cancelled,) = [row for row in lines if row.startswith(f"| {cancelled} |")]
    (of_odd,) = [row for row in lines if row.startswith(f"| {odd} |")]

    assert counts(text) == some(sent=2, verified=1, refused=2)
    assert title == "拒否された荷物 2件"
    assert "キャンセル" in of_cancelled
    assert "ERROR_109" in of_odd
    assert "対処" in of_odd


def test_what_rms_does_not_show_yet_is_unknown_until_the_next_run(lab: Lab, shown):
    lab.rms.settings(async_delay_s=3600)
    (number,) = imported(lab, 1)
    lab.rms.fault("answer_lost", function=REPORT)
    kind, message = lab.push()
    text = shown["tracking-report"]

    assert (kind, "不明 1" in message) == ("FAILED", True)
    assert counts(text) == some(sent=1, unknown=1)
    assert f"| {number} |" in section(text, "結果が不明な荷物")[-1]
    assert "対処" in section(text, "結果が不明な荷物")[-1]


def test_what_cannot_be_reported_yet_waits_in_a_list(lab: Lab, shown):
    (number,) = lab.sell(1, progress=100)
    lab.parcels(lab.key(number))
    lab.push()
    text = shown["tracking-report"]

    assert counts(text) == some(waiting=1)
    assert f"| {number} |" in section(text, "報告を待っている荷物")[-1]


@for_ci
def test_an_order_still_open_the_next_day_says_which_cells_are_missing(lab: Lab, shown):
    number, whole = imported(lab, 2)
    lab.push()
    (package,) = lab.rms.orders()[number]["PackageModelList"]
    gap = {
        "shippingDetailId": 999,
        "deliveryCompany": "1000",
        "deliveryCompanyName": "その他",
        "shippingNumber": None,
        "shippingDate": None,
    }
    rows = [*package["ShippingModelList"], gap]
    lab.rms.edit_at(number, {"PackageModelList.0.ShippingModelList": rows})
    lab.pass_days(2)
    kind, message = lab.push()
    text = shown["tracking-report"]

    assert (kind, "報告済みで発送待ち 1" in message) == ("COMPLETED", True)
    assert counts(text) == some(still_300=1)
    assert section(text, "報告済みで発送待ち")[2] == STILL_OPEN
    assert section(text, "報告済みで発送待ち")[-1] == (
        f"| {number} | 送付先 {package['basketId']}:"
        " 発送明細 999 にお荷物伝票番号・発送日がありません |"
    )
    assert whole not in text


@for_ci
def test_an_order_that_could_not_be_read_is_named(lab: Lab, shown):
    hidden, _ = imported(lab, 2)
    lab.rms.vanish(hidden)
    lab.push()
    text = shown["tracking-report"]

    assert counts(text) == some(sent=1, verified=1, waiting=1, unread=1)
    assert section(text, "取得できなかった注文")[2:] == [UNREAD, "", hidden]


def test_nobodys_name_address_or_phone_is_in_it(lab: Lab, shown, monkeypatch):
    monkeypatch.setattr(tracking, "SETTLES_AFTER", timedelta(seconds=0.1))
    cancelled, hidden, lost, *_ = imported(lab, 4)
    lab.rms.cancel(cancelled)
    lab.rms.vanish(hidden)
    lab.rms.settings(async_delay_s=3600)
    lab.rms.fault("answer_lost", function=REPORT)
    lab.push()
    text = shown["tracking-report"]
    people = [value for (value,) in lab.ask(PEOPLE) if value]

    assert all(number in text for number in (cancelled, hidden, lost))
    assert len(people) > 5
    assert [value for value in people if value in text] == []


def a_line(number: int = 1, reason: str | None = None, **more) -> ShipmentLine:
    return ShipmentLine(
        **{
            "order_number": order_number(number),
            "basket_id": "1",
            "tracking_number": "400000000000",
            "state": "refused",
            "reason": reason,
            "was_sent": True,
            "was_verified": False,
            "has_changed": True,
        }
        | more
    )


def report(*lines: ShipmentLine, stragglers: tuple[Straggler, ...] = ()) -> str:
    return tracking_push_report(SHOP, TrackingReport(lines, stragglers, (), ()))


def test_a_long_list_is_cut_and_says_how_often_each_reason_came():
    many = [a_line(n, "A" if n % 3 else "B") for n in range(LISTED + 4)]
    lines = section(report(*many), "拒否された荷物")

    assert lines[0] == f"拒否された荷物 {LISTED + 4}件"
    assert lines[2:4] == ["- A: 36件", "- B: 18件"]
    assert (
        f"最初の{LISTED}件です。すべての荷物は表 `shipments` で確認できます。" in lines
    )
    assert len([row for row in lines if row.startswith("| 123456")]) == LISTED


def test_what_was_refused_before_is_not_told_again():
    assert counts(report(a_line(has_changed=False))) == some(sent=1)


def test_what_somebody_changed_at_the_mall_is_listed():
    changed = a_line(reason="RMSで消されました", state="verified", was_verified=True)

    assert "RMSで消されました" in section(report(changed), "RMSで変更された荷物")[-1]


def test_words_from_outside_are_no_markdown():
    wild = "a | b\n# [x](http://example) <b> `c` *d*"
    text = report(a_line(reason=wild))
    told = "a \\| b \\# \\[x\\](http:\u2060//example) \\<b\\> \\`c\\` \\*d\\*"

    assert told in text


def test_what_holds_an_order_open_is_said_of_each_kind():
    found = (
        Straggler(order_number(1), (OpenRow("1", None, ("発送日",)),), ()),
        Straggler(order_number(1), (OpenRow("1", "5", ("発送日",)),), ()),
        Straggler(order_number(2), (), (DoubledRow("2", "400", ("5", "6", "7")),)),
        Straggler(order_number(3), (), ()),
    )
    rows = section(report(stragglers=found), "報告済みで発送待ち")[-4:]

    assert rows == [
        f"| {order_number(1)} | 送付先 1: {NO_ROW} |",
        f"| {order_number(1)} | 送付先 1: 発送明細 5 に発送日がありません |",
        f"| {order_number(2)} | 送付先 2: 同じ番号の行が3つあります |",
        f"| {order_number(3)} | 行はそろっています。夜間処理をお待ちください |",
    ]
