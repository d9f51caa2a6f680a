"""A file tells of a person in whatever form it writes them, and of nobody else."""

from pathlib import Path

import pytest

from connectors import private_files
from connectors.private_files import files_telling_of
from data.model.buyer import Traces, nationals_of
from tests.support.effort import first

NUMBER = "123456-20261124-0000000001"
MOBILE = "090-1234-5678"
MAIL = "hanako@buyer.example"
FORMS = (
    "090-1234-5678",
    "09012345678",
    "+81 90-1234-5678",
    "+819012345678",
    "+81(0)90 1234 5678",
    "(090)1234-5678",
    "090 1234 5678",
    "'09012345678",
    "9012345678",
    "０９０－１２３４－５６７８",
    "TEL:090‐1234‐5678",
)
OTHERS = (
    "190123456780",
    "4909012345678",
    "0909012345678",
    "090123456789",
    "090-1234-5679",
    "90,1234,5678",
    "2026-09-01 23:45:67",
)


def tells(folder: Path, traces: Traces, content: bytes) -> bool:
    path = folder / "a.csv"
    path.write_bytes(content)
    return files_telling_of([folder], traces).telling == (path,)


def by_phone(*stored: str) -> Traces:
    return Traces(frozenset(), phones=frozenset().union(*map(nationals_of, stored)))


def by_number(*numbers: str) -> Traces:
    return Traces(frozenset(numbers))


@first(2)
@pytest.mark.parametrize(
    "stored", ["+819012345678", MOBILE, "０９０ 1234 5678", "03-0000-0000/09012345678"]
)
def test_a_phone_is_found_however_it_is_stored_and_written(tmp_path: Path, stored):
    for written in FORMS:
        for encoding in ("utf-8", "cp932", "utf-16"):
            if encoding == "cp932" and "‐" in written:
                continue
            row = f"鳥山,かなえ,{written},東京都\r\n".encode(encoding)
            assert tells(tmp_path, by_phone(stored), row), (written, encoding)


@pytest.mark.parametrize("written", OTHERS)
def test_digits_of_a_phone_in_another_number_tell_nobody(tmp_path: Path, written: str):
    assert not tells(tmp_path, by_phone(MOBILE), f"1,{written},2\n".encode())


def test_a_phone_of_nothing_is_looked_for_nowhere():
    for none in (None, "", "119", "000-0000-0000", "なし"):
        assert nationals_of(none) == frozenset()


@pytest.mark.parametrize(
    ("number", "content", "is_theirs"),
    [
        (NUMBER, f"No{NUMBER}様", True),
        (NUMBER, NUMBER.replace("-", ""), True),
        (NUMBER, f"1{NUMBER}", False),
        (NUMBER, f"{NUMBER}0", False),
        ("#2001", "Name,Email\n#2001,\n", True),
        ("#2001", 'Id,Name\n1,"#2001"\n', True),
        ("#2001", "Name,Email\n#20011,\n", False),
        ("#2001", "Notes\nsee #2001 please\n", False),
        ("12", "注文番号,数量\n12,1\n", True),
        ("12", "\ufeff注文番号,数量\n13,12\n", False),
        ("12", "order-id\tsku\n12\tTEA\n", True),
        ("10000101", "Id,OrderId\n7,10000101\n", True),
        ("10000101", "Id,Price\n10000101,1\n", False),
        ("JABCDEFGH1234", "お客様管理番号\nJABCDEFGH1234\n", True),
        ("JABCDEFGH1234", "お客様管理番号\nJABCDEFGH12345\n", False),
    ],
)
def test_an_order_is_known_by_its_whole_number_where_numbers_stand(
    tmp_path: Path, number: str, content: str, is_theirs: bool
):
    for encoding in ("utf-8", "utf-16", "cp932"):
        if encoding != "cp932" or "\ufeff" not in content:
            told = tells(tmp_path, by_number(number), content.encode(encoding))
            assert told == is_theirs, encoding


@pytest.mark.parametrize(
    ("content", "is_theirs"),
    [
        ("1,Hanako@Buyer.Example,2", True),
        ("<hanako@buyer.example>。", True),
        ("hanako@buyer.example.", True),
        ("1,taro.hanako@buyer.example,2", False),
        ("1,x-hanako@buyer.example,2", False),
        ("1,hanako@buyer.example.jp,2", False),
    ],
)
def test_a_mail_address_within_a_longer_one_is_another_person(
    tmp_path: Path, content: str, is_theirs: bool
):
    traces = Traces(frozenset(), mails=frozenset({MAIL}))

    assert tells(tmp_path, traces, content.encode()) == is_theirs


def test_a_column_of_numbers_is_known_throughout_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(private_files, "BLOCK", 100)
    rows = "".join(f"{number},1\r\n" for number in range(900))

    for encoding in ("cp932", "utf-16"):
        content = f"注文番号,数量\r\n{rows}".encode(encoding)
        assert tells(tmp_path, by_number("777"), content), encoding
        assert not tells(tmp_path, by_number("900"), content), encoding
