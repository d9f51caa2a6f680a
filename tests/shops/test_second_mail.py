"""Rakuten's second mail, read in every way people hand it over."""

from datetime import date
from email.message import EmailMessage
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file import CsvRefused
from connectors.mail_file import MOST, read_mail_text
from data.model.shops.rakuten_mails import SecondMail, read_second_mail
from tasks.shops.second_mail import SecondMailRefused, in_words, with_start
from tests.shops.made import SECOND_MAIL

SAID = SecondMail("株式会社見本システム", "受注情報", date(2026, 12, 1))
LINES = (
    "企業名:株式会社見本システム\n利用データ:受注情報\n利用開始予定日時:2026/12/01\n"
)
HANDED_OVER = {
    "as it came": SECOND_MAIL,
    "full-width colons": SECOND_MAIL.replace(":", "："),
    "forwarded": "".join(f"> {line}\n" for line in SECOND_MAIL.splitlines()),
    "forwarded twice": "".join(f">> {line}\n" for line in SECOND_MAIL.splitlines()),
    "quoted in full width": "".join(
        f"＞ {line}\n" for line in SECOND_MAIL.splitlines()
    ),
    "CRLF": SECOND_MAIL.replace("\n", "\r\n"),
    "CR": SECOND_MAIL.replace("\n", "\r"),
    "one line, as a form may make of it": SECOND_MAIL.replace("\n", ""),
    "one line with blanks": SECOND_MAIL.replace("\n", " "),
    "long dashes": SECOND_MAIL.replace("-", "─"),
    "vowel signs": SECOND_MAIL.replace("-", "ー"),
    "equals signs": SECOND_MAIL.replace("-", "="),
    "dashes with blanks": SECOND_MAIL.replace("-", "- "),
    "no frame": SECOND_MAIL.replace("-", ""),
    "the lines alone": LINES,
    "no blank lines": SECOND_MAIL.replace("\n\n", "\n"),
    "blanks around": SECOND_MAIL.replace(":", " : "),
    "full-width digits": SECOND_MAIL.replace("2026/12/01", "２０２６／１２／０１"),
    "short date": SECOND_MAIL.replace("2026/12/01", "2026/12/1"),
    "with the hour": SECOND_MAIL.replace("2026/12/01", "2026/12/01 09:00"),
    "in kanji": SECOND_MAIL.replace("2026/12/01", "2026年12月1日(火)"),
    "no-break spaces": SECOND_MAIL.replace(":", ":\xa0"),
    "decomposed signs": normalize("NFD", SECOND_MAIL),
    "bold, as a mail program writes it": LINES.replace("企業名:", "*企業名:* ").replace(
        "利用開始予定日時:2026/12/01", "*利用開始予定日時:* *2026/12/01*"
    ),
    "below a forwarding head": "---------- Forwarded message ---------\n" + SECOND_MAIL,
    "twice": SECOND_MAIL + SECOND_MAIL,
    "with a signature": SECOND_MAIL + "\n-------\n見本 花子 企業名:ちがう会社\n",
}


@pytest.mark.parametrize("text", HANDED_OVER.values(), ids=HANDED_OVER)
def test_it_is_read_as_people_hand_it_over(text: str):
    assert read_second_mail(text) == SAID


@pytest.mark.parametrize(
    "typed",
    ["2026/02/30", "2026/13/01", "0206/12/01", "12月初旬", "2026/12/01 または 12/08"],
)
def test_a_start_that_is_no_day_is_not_guessed(typed: str):
    mail = read_second_mail(SECOND_MAIL.replace("2026/12/01", typed))

    assert (mail.starts_on, mail.has_wrong_start) == (None, True)
    with pytest.raises(SecondMailRefused, match=r"実際にある日付.*対処"):
        with_start(mail, None)


@pytest.mark.parametrize("label", ["企業名", "利用データ", "利用開始予定日時"])
def test_what_is_not_found_is_named(label: str):
    gone = "".join(
        line
        for line in SECOND_MAIL.splitlines(keepends=True)
        if label + ":" not in line
    )
    mail = read_second_mail(gone)

    assert mail.missing == (label,)
    assert label in in_words(with_start(mail, SAID.starts_on))


def test_a_start_that_is_missing_is_asked_for_and_taken_from_the_form():
    mail = read_second_mail(LINES.replace("利用開始予定日時:2026/12/01", ""))

    with pytest.raises(SecondMailRefused, match=r"見つかりません.*通知の開始日"):
        with_start(mail, None)
    assert with_start(mail, date(2026, 12, 8)).starts_on == date(2026, 12, 8)


def test_a_start_that_contradicts_the_form_is_refused():
    with pytest.raises(SecondMailRefused, match=r"2026-12-01.*2026-12-08.*対処"):
        with_start(SAID, date(2026, 12, 8))


def test_two_mails_with_two_starts_are_refused():
    mail = read_second_mail(SECOND_MAIL + SECOND_MAIL.replace("12/01", "12/08"))

    with pytest.raises(SecondMailRefused, match="2つ以上"):
        with_start(mail, None)


def test_another_mail_is_refused_by_the_subject_it_should_have():
    with pytest.raises(SecondMailRefused, match="システムイベント通知サービス利用申請"):
        with_start(read_second_mail("店長様 いつもお世話になっております。"), None)


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader_or_makes_it_tell_more_than_three_lines(text: str):
    assert len(read_second_mail(text).lines.splitlines()) <= 3


def saved(charset: str, encoding: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "【楽天市場】承認のお願い"
    message.set_content(SECOND_MAIL, charset=charset, cte=encoding)
    return message.as_bytes()


FILES = {
    "UTF-8": SECOND_MAIL.encode(),
    "UTF-8 with BOM": SECOND_MAIL.encode("utf-8-sig"),
    "CP932": SECOND_MAIL.encode("cp932"),
    "UTF-16": SECOND_MAIL.encode("utf-16"),
    "JIS": SECOND_MAIL.encode("iso2022_jp"),
    "eml in base64": saved("utf-8", "base64"),
    "eml quoted": saved("utf-8", "quoted-printable"),
    "eml in JIS": saved("iso-2022-jp", "7bit"),
    "eml of a Java program": saved("cp932", "base64").replace(b"cp932", b"Windows-31J"),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_saved_mail_is_read_in_the_encodings_mail_programs_write(
    tmp_path: Path, content: bytes
):
    path = tmp_path / "mail.eml"
    path.write_bytes(content)

    assert read_second_mail(read_mail_text(path)) == SAID


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "0バイト"), (b"\x81\xff\xff", "読み取れません"), (b" " * (MOST + 1), "1MB")],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, says: str):
    path = tmp_path / "mail.txt"
    path.write_bytes(content)

    with pytest.raises(CsvRefused, match=f"{says}.*対処"):
        read_mail_text(path)


def test_a_folder_is_no_mail(tmp_path: Path):
    with pytest.raises(CsvRefused, match="ファイルを開けません"):
        read_mail_text(tmp_path)
