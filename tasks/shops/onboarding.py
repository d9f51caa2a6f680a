"""A shop's steps from application to live orders, as a person makes them.

The application's mail holds a person's name and telephone number. They are in the
artifact asked for and nowhere else: the run's parameter is emptied as soon as it is
read.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from connectors.mail import send
from connectors.settings.reading import read_settings
from data.model.shops.application import Application, Mail, application_mail
from data.model.shops.onboarding import (
    WAY,
    Stage,
    StageStep,
    notices_start,
    replay,
    way_to,
)
from data.model.shops.onboarding_step import next_step
from data.model.shops.shop import SHOP_HANDLE, ShopHandle
from data.model.typed.time import day_of, moment_of
from data.warehouse.session import Connection
from data.warehouse.shops import (
    ShopState,
    facts_of,
    move_stage,
    record_application,
    record_key,
    record_sent,
    record_shop,
    stage_history,
    stage_of,
    stages_now,
)
from tasks.machine import now, our_warehouse
from tasks.runs.parameters import replace_parameter
from tasks.runs.report import ended, page
from tasks.runs.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.shops.blocks import (
    UnknownShop,
    load_rakuten_shop,
    rakuten_shops,
    start_rule_of,
    unknown_shop,
)
from tasks.shops.checklist import checklist
from tasks.shops.second_mail import in_words, mail_of

NEW_SHOP = (
    "新しい店舗の利用を始める場合は、「楽天API利用申請」を入力して実行してください"
    "(店舗コードは英小文字・数字・ハイフン)。"
)
WAITS_FOR_START = "(稼働中になるまで、毎朝の処理の対象になりません)"
"""A shop without a stage is live; its first stage takes it out (ADR 23)."""


@task(name="know-shop", **SAFE_TO_REPEAT)
def know_shop(shop: ShopHandle, *, applies: bool) -> None:
    """Refuse a shop that nobody described and that never took a step.

    Only an application makes a new one known: a mistyped name is no shop.

    Raises:
        UnknownShop: names the shops there are, and the nearest of them.

    """
    with our_warehouse() as con:
        begun = list(stages_now(con))
    known = sorted({*begun, *rakuten_shops()})
    may_be_new = applies and re.fullmatch(SHOP_HANDLE, shop)
    if shop not in known and not may_be_new:
        raise UnknownShop(unknown_shop(shop, known) + NEW_SHOP)


def refuse_shop(known: State[Any]) -> State[Any]:
    """Return the final state of a run for a shop that is not known."""
    return ended("", str(known.result(raise_on_failure=False)))


@task(name="write-application", **SAFE_TO_REPEAT)
def write_application(
    shop: ShopHandle, application: Application, who: str, why: str
) -> Mail:
    """Take the shop to 申請準備 and create an artifact with the mail to copy.

    The warehouse stores only a hash of the mail, and Prefect's server no longer keeps
    the application: the artifact has all of it.

    Raises:
        StageRefused: the shop is past its application.

    """
    replace_parameter("application", None)
    mail, at = application_mail(application), now()
    with our_warehouse() as con:
        standing = stage_of(con, shop)
        if standing is None or standing.stage is not Stage.PREPARING:
            step = StageStep(stage=Stage.PREPARING, at=at, who=who, why=why)
            move_stage(con, shop, step)
        record_application(con, shop, application, mail, at)
    create_markdown_artifact(
        key="application-mail",
        markdown=mail_to_copy(mail),
        description="楽天API利用申請のメール(コピー用)",
    )
    return mail


@task(name="send-application", **NEVER_REPEAT)
def send_application(shop: ShopHandle, application: Application, who: str) -> bool:
    """Send the mail and take the shop to 申請済; return False if no server is set.

    The same mail is not sent twice. A mail whose outcome is unknown is not repeated.

    Raises:
        MailTrouble: it was not sent, or nobody knows; says what to do.

    """
    server = read_settings().smtp_server
    if server is None:
        return False
    mail = application_mail(application)
    with our_warehouse() as con:
        sent_before = record_application(con, shop, application, mail, now())
    if sent_before is None:
        send(mail, server, now())
    at = now()
    with our_warehouse() as con:
        record_sent(con, shop, mail, at)
        step = StageStep(stage=Stage.APPLIED, at=at, who=who, why="申請メールを送った")
        move_stage(con, shop, step)
    return True


@task(name="find-way", **SAFE_TO_REPEAT)
def find_way(shop: ShopHandle, stage: Stage | None, *, between: bool) -> list[Stage]:
    """List the stages to go to: none, the one asked for, or those `between` as well."""
    if stage is None:
        return []
    if not between:
        return [stage]
    with our_warehouse() as con:
        return list(way_to(stage_of(con, shop), stage))


@task(name="make-step", **SAFE_TO_REPEAT)
def make_step(  # noqa: PLR0913, PLR0917 - what the form asks
    shop: ShopHandle,
    stage: Stage,
    who: str,
    why: str,
    start_on: date | str | None = None,
    approved_at: datetime | str | None = None,
    *,
    may_be_there: bool = False,
) -> Stage:
    """Move the shop to the stage and record what was entered for it; all or nothing.

    A shop that `may_be_there` already, since the connection check has moved it, stays.

    Raises:
        StageRefused: the shop cannot go there now; says why and what to do.
        TimeRefused: a day or time that was entered is none.
        UnknownShop: the stage needs a key and nothing describes the shop.

    """
    at = now()
    starts_on = day_of(start_on, "通知の開始日")
    approved = moment_of(approved_at, "通知を承認した日時")
    with our_warehouse() as con:
        standing = stage_of(con, shop)
        if may_be_there and standing is not None and standing.stage is stage:
            return stage
        if stage is Stage.KEY_REGISTERED:
            record_key(con, load_rakuten_shop(shop), at)
        if starts_on and approved:
            _record_start(
                con, shop, notices_start(approved, starts_on, start_rule_of(shop)), at
            )
        move_stage(con, shop, StageStep(stage=stage, at=at, who=who, why=why))
    return stage


def _record_start(
    con: Connection, shop: ShopHandle, starts_at: datetime, at: datetime
) -> None:
    described = load_rakuten_shop(shop)
    state = ShopState(
        shop, described.mall, described.shop_id, notices_start_at=starts_at
    )
    record_shop(con, state, at)


def are_good(steps: Sequence[State[Any]]) -> bool:
    """Return whether every step so far has completed."""
    return all(step.is_completed() for step in steps)


def conclude_step(shop: ShopHandle, *steps: State[Any]) -> State[Any]:
    """Create the shop's checklist and return the run's final state.

    Failed with the message of the first step that failed, else what the second mail
    said and the next thing to do.
    """
    with our_warehouse() as con:
        history, facts = stage_history(con, shop), facts_of(con, shop)
    create_markdown_artifact(
        key="shop-checklist",
        markdown=page(
            f"{shop} の稼働までの手順", "\n".join(checklist(history, facts, now()))
        ),
        description="店舗の手順と、次にすること",
    )
    for step in steps:
        if not step.is_completed():
            return ended("", _why(step))
    todo = next_step(replay(history), facts)
    where = f" 〔{todo.menu}〕" if todo.menu else ""
    stage = history[-1].stage if history else "未登録"
    read = "".join(f"{in_words(mail)}。" for step in steps if (mail := mail_of(step)))
    aside = WAITS_FOR_START if history and stage in WAY[:-1] else ""
    return ended(f"{read}{stage}{aside}。次にすること: {todo.what}{where}")


def _why(failed: State[Any]) -> str:
    """Return why a step failed: its error, or of a run within the run its message."""
    if failed.data is None:
        return failed.message or ""
    return str(failed.result(raise_on_failure=False))


def mail_to_copy(mail: Mail) -> str:
    """Return the mail in Markdown, subject and body each in a block to copy.

    The body's fence is longer than any run of backticks in it, which people typed.
    """
    longest = max(map(len, re.findall("`+", mail.body)), default=0)
    fence = "`" * (longest + 3)
    return page(
        "楽天API利用申請のメール",
        "個人情報を含みます。申請が済んだら、この実行を削除してください。",
        "件名",
        f"```text\n{mail.subject}\n```",
        "本文",
        f"{fence}text\n{mail.body}{fence}",
    )
