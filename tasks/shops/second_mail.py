"""Rakuten's second mail, as a person hands it over: what it says of the start.

The mail may hold names, addresses and whatever was forwarded with it. Of a pasted one,
Prefect's server keeps the lines that were read and no other; a file stays where it is.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from prefect import task
from prefect.client.schemas.objects import State

from connectors.mail_file import read_mail_text
from data.model.shops.rakuten_mails import SECOND, START, SecondMail, read_second_mail
from data.model.typed.time import TimeRefused, day_of
from tasks.runs.failures import hiding_values
from tasks.runs.parameters import replace_parameter
from tasks.runs.retrying import SAFE_TO_REPEAT


class SecondMailRefused(Exception):
    """The mail does not say when notices start; the text quotes nothing of it."""


@task(name="read-second-mail", **SAFE_TO_REPEAT)
def read_mail(text: str, path: str, start_on: date | str | None) -> SecondMail:
    """Return what the mail says, with the start that was entered where it has none.

    Raises:
        SecondMailRefused: it is another text, or its start is missing, no day there is,
            or another one than was entered.
        CsvRefused: the file cannot be read.

    """
    with hiding_values(SecondMailRefused, TimeRefused):
        mail = read_second_mail(text or read_mail_text(Path(path)))
        if text:
            replace_parameter("second_mail", mail.lines)
        return with_start(mail, day_of(start_on, "通知の開始日"))


def with_start(mail: SecondMail, start_on: date | None) -> SecondMail:
    """Return the mail with its start, or else with the one that a person entered.

    Raises:
        SecondMailRefused: there is none, or there are two.

    """
    if mail == SecondMail():
        raise SecondMailRefused(
            "企業名・利用データ・利用開始予定日時のどれも見つかりません。"
            f"対処: 件名「{SECOND}」のメールの本文を、全部入力してください。"
        )
    if START in mail.doubtful:
        raise SecondMailRefused(
            f"「{START}」が2つ以上あり、日付が異なります。"
            "対処: 最新のメール1通だけを入力してください。"
        )
    if mail.starts_on and start_on and mail.starts_on != start_on:
        raise SecondMailRefused(
            f"メールの利用開始予定日({mail.starts_on})と、入力した開始日({start_on})が"
            "異なります。対処: メールを確認し、開始日を空欄にするか、同じ日付を"
            "入力してください。"
        )
    if mail.starts_on is None and start_on is None:
        what = "が見つかりません"
        if mail.has_wrong_start:
            what = "が、実際にある日付(年/月/日)ではありません"
        raise SecondMailRefused(
            f"メールの「{START}」{what}。"
            "対処: メールを確認し、「通知の開始日」に入力してください(例: 2026-12-01)。"
        )
    return mail._replace(starts_on=mail.starts_on or start_on)


def start_of(
    start_on: date | str | None, steps: Sequence[State[Any]]
) -> date | str | None:
    """Return the day that the mail gave, if one was read, else the one entered."""
    mails = [mail for step in steps if (mail := mail_of(step))]
    return mails[-1].starts_on if mails else start_on


def mail_of(step: State[Any]) -> SecondMail | None:
    """Return the mail that a step read, or None if it did something else."""
    if step.data is None:  # a run within the run, such as the connection check
        return None
    read = step.result(raise_on_failure=False)
    return read if isinstance(read, SecondMail) else None


def in_words(mail: SecondMail) -> str:
    """Return what the mail said in one line, and what a person has to look up."""
    said = mail.lines.replace("\n", " / ")
    missing = "・".join(mail.missing)
    asked = f"。読み取れなかった項目: {missing}(メールで確認してください)"
    return f"2通目のメール: {said}{asked if missing else ''}"
