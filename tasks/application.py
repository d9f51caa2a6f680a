"""楽天API利用申請: the mail to copy, and its sending where a server is set.

The mail and the form hold a person's name and telephone. They are in the artifact that
was asked for and in the run's parameter, and nowhere else.
"""

from prefect import task
from prefect.artifacts import create_markdown_artifact

from connectors.mail import send
from connectors.settings import read_settings
from data.model.application import Application, Mail, application_mail
from data.model.onboarding import Stage, Step
from data.model.shop import ShopHandle
from data.warehouse.shop_life import (
    move_stage,
    record_application,
    record_sent,
    stage_of,
)
from tasks.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.rms import now
from tasks.warehouse import our_warehouse


@task(name="write-application", **SAFE_TO_REPEAT)
def write_application(
    shop: ShopHandle, application: Application, who: str, why: str
) -> Mail:
    """Take the shop to 申請準備 and show the mail to copy; only a hash of it is kept.

    Raises:
        MoveRefused: the shop is past its application.

    """
    mail, at = application_mail(application), now()
    with our_warehouse() as con:
        standing = stage_of(con, shop)
        if standing is None or standing.stage is not Stage.PREPARING:
            step = Step(stage=Stage.PREPARING, at=at, who=who, why=why)
            move_stage(con, shop, step)
        record_application(con, shop, application, mail, at)
    create_markdown_artifact(
        key="application-mail",
        markdown=mail_to_copy(mail),
        description="楽天API利用申請のメール(コピー用) (the mail, to be copied)",
    )
    return mail


def mail_to_copy(mail: Mail) -> str:
    """Lay the mail out so that subject and body can each be copied as they are.

    The fence is longer than any in the text, which people typed.
    """
    fence = "`" * (_longest_run_of_ticks(mail.body) + 3)
    return (
        "# 楽天API利用申請のメール\n\n個人情報を含みます。申請が済んだら、この実行を"
        "削除してください。\n\n"
        f"件名 (subject)\n\n```text\n{mail.subject}\n```\n\n"
        f"本文 (body)\n\n{fence}text\n{mail.body}{fence}\n"
    )


@task(name="send-application", **NEVER_REPEAT)
def send_application(shop: ShopHandle, application: Application, who: str) -> bool:
    """Send the mail if a server is set, and take the shop to 申請済; say whether.

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
        step = Step(stage=Stage.APPLIED, at=at, who=who, why="申請メールを送った")
        move_stage(con, shop, step)
    return True


def _longest_run_of_ticks(text: str) -> int:
    longest = run = 0
    for sign in text:
        run = run + 1 if sign == "`" else 0
        longest = max(longest, run)
    return longest
