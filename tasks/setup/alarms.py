"""Automations that tell somebody: when something broke, and when it is well again.

Prefect's server sends the messages, so that a dead worker and a day that did not start
are told as well. Whoever switches one off in the UI is not told of that kind.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from prefect.automations import AutomationCore
from prefect.blocks.notifications import (
    AppriseNotificationBlock,
    CustomWebhookNotificationBlock,
    SlackWebhook,
)
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.sorting import AutomationSort
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import EventTrigger, Posture

from connectors.settings.notify_address import NotifyAddress
from data.model.alarm import ALARM_WORDS, AlarmKind
from data.model.late_day import ENDS_WITHIN, NOT_ENDED, NOT_STARTED, STARTS_WITHIN
from tasks.alarms import EVENT
from tasks.day.late import ENDED, STARTED
from tasks.setup.prefect_runs import all_pages
from tasks.setup.run_automations import ANY_RUN, EACH_RUN, RUN, of_deployment
from tasks.shops.connection import LICENCE_ENDING

BLOCK: Final = "juchu-notify"
"""The block document that holds the address; `make deploy` writes it anew."""
PREFIX: Final = "juchu: alarm "
MONTH: Final = timedelta(days=31)
DAY: Final = of_deployment("daily", "0900")
POOL: Final = "prefect.work-pool"

_LINK: Final = "{% if flow_run %}\n{{ flow_run|ui_url }}{% endif %}"
_BROKE_DOWN: Final = "Flow run encountered an exception*"
"""Begins the message of a run that ended by an error it did not foresee; one that ends
Failed by itself raises its alarm by itself."""


class NotifyRefused(Exception):
    """The address is none that Apprise knows; the text does not quote it."""

    def __str__(self) -> str:
        return (
            "JUCHU_NOTIFY: このアドレスには通知できません。"
            "対処: https://appriseit.com/services/ の書式で設定してください。"
        )


def notify_block(
    address: NotifyAddress,
) -> AppriseNotificationBlock | CustomWebhookNotificationBlock:
    """Return Prefect's block that sends there.

    Apprise's addresses go into the block for Slack, which hands over to Apprise what is
    not Slack's: Prefect's server loads only blocks that it ships.

    Raises:
        NotifyRefused: Apprise does not know the address.

    """
    if address.is_webhook:
        return CustomWebhookNotificationBlock(
            name="juchu",
            url="{{address}}",
            json_data={"text": "{{subject}}\n{{body}}"},
            secrets={"address": address.url.get_secret_value()},
        )
    # It would quote the address.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    block = SlackWebhook(url=address.url)
    if not len(block._apprise_client):  # noqa: SLF001 - no other way to ask
        raise NotifyRefused
    return block


def register_alarms(
    client: SyncPrefectClient, address: NotifyAddress | None
) -> list[str]:
    """Register the block and every alarm's automation, and return their names.

    Without an address they are deleted: an automation that does nothing would look as
    if somebody were told.
    """
    if address is None:
        every = all_pages(client.read_automations, sort=AutomationSort.CREATED_DESC)
        for known in [*every]:  # all of them, before a page moves up
            if known.name.startswith(PREFIX):
                client.delete_automation(known.id)
        return []
    block = notify_block(address)
    # The block is saved through Prefect's settings, which name the same server.
    block.register_type_and_schema()
    alarms = every_alarm(UUID(str(block.save(BLOCK, overwrite=True))))
    for alarm in alarms:
        save_automation(client, alarm)
    return [alarm.name for alarm in alarms]


def save_automation(client: SyncPrefectClient, automation: AutomationCore) -> None:
    """Create the automation, or update the one of that name.

    One that somebody switched off stays off.
    """
    known = client.read_automations_by_name(automation.name)
    if known:
        kept = automation.model_copy(update={"enabled": known[0].enabled})
        client.update_automation(known[0].id, kept)
    else:
        client.create_automation(automation)


def every_alarm(block: UUID) -> list[AutomationCore]:
    """Return the automation of every alarm, each of which sends through the block."""
    alarm = partial(_alarm, block)
    return [*_found_by_runs(alarm), *_of_the_day(alarm), *_of_the_worker(alarm)]


def _alarm(
    block: UUID, name: str, words: str, body: str, subject: str = "", **trigger: Any
) -> AutomationCore:
    return AutomationCore(
        name=PREFIX + name,
        description=words,
        trigger=EventTrigger(**({"threshold": 1} | trigger)),
        actions=[
            SendNotification(
                block_document_id=block,
                subject=subject or f"【受注 障害】{words}",
                body=body + _LINK,
            )
        ],
    )


_Alarm = Callable[..., AutomationCore]


def _found_by_runs(alarm: _Alarm) -> Iterator[AutomationCore]:
    """Yield the alarms that our runs raise and end: they bring their own words."""
    for kind in AlarmKind:
        yield alarm(
            kind,
            f"{ALARM_WORDS[kind]} / 解消しました",
            "{{ event.payload.body }}",
            "{{ event.payload.subject }}",
            expect={f"{EVENT}.{kind}.raised", f"{EVENT}.{kind}.healed"},
            match={"prefect.resource.id": f"{EVENT}.{kind}.*"},
            posture=Posture.Reactive,
        )
    yield alarm(
        "licence-warning",
        "ライセンスキーの期限まで30・14・7・3・1日です",
        "{{ event.payload.message }}",
        "【受注 期限】ライセンスキーの期限(あと{{ event.payload.days_left }}日)",
        expect={LICENCE_ENDING},
        match={"prefect.resource.id": "juchu.shop.*"},
        posture=Posture.Reactive,
    )


def _of_the_day(alarm: _Alarm) -> Iterator[AutomationCore]:
    """Yield the alarms about the day's run: crashed, failed, or late."""
    yield alarm(
        "day-crashed",
        "朝の処理が途中で停止しました",
        "もう一度、自動で開始します。対処: 15分後に結果を確認してください。",
        expect={f"{RUN}.Crashed"},
        match=ANY_RUN,
        match_related=DAY,
        posture=Posture.Reactive,
    )
    yield alarm(
        "day-broke-down",
        "朝の処理がエラーで終了しました",
        "{{ flow_run.state.message }}\n対処: 実行のログを確認し、daily/0900 を"
        "もう一度実行してください。",
        expect={f"{RUN}.Failed"},
        match=ANY_RUN | {"prefect.state-message": _BROKE_DOWN},
        match_related=DAY,
        posture=Posture.Reactive,
    )
    yield alarm(
        STARTED,
        NOT_STARTED,
        "予定の時刻から10分を過ぎました。対処: make worker が動いていることを"
        "確認してください。動き始めると、自動で開始します。",
        after={f"{RUN}.Late"},
        expect={f"{RUN}.*"},
        match=ANY_RUN,
        match_related=DAY,
        for_each=EACH_RUN,
        posture=Posture.Proactive,
        within=STARTS_WITHIN,
    )
    ends = ("Completed", "Failed", "Crashed", "Cancelled")
    yield alarm(
        ENDED,
        NOT_ENDED,
        "開始から1時間を過ぎました。対処: 実行の内容を確認してください。",
        after={f"{RUN}.Running"},
        expect={f"{RUN}.{end}" for end in ends},
        match=ANY_RUN,
        match_related=DAY,
        for_each=EACH_RUN,
        posture=Posture.Proactive,
        within=ENDS_WITHIN,
    )
    for name, kind, trouble in (
        ("day-started-late", STARTED, NOT_STARTED),
        ("day-ended-late", ENDED, NOT_ENDED),
    ):
        yield alarm(
            name,
            f"{trouble} / 解消しました",
            "{{ event.payload.body }}",
            "{{ event.payload.subject }}",
            expect={f"{EVENT}.{kind}.healed"},
            match={"prefect.resource.id": f"{EVENT}.{kind}.*"},
            posture=Posture.Reactive,
        )


def _of_the_worker(alarm: _Alarm) -> Iterator[AutomationCore]:
    """Yield the alarm about a worker that is gone, and the message that it is back."""
    yield alarm(
        "worker-gone",
        "処理を行うプロセスが停止しています",
        "注文の取込、在庫転送、発送報告が止まっています(通知の受信は別のプロセスです)。"
        "対処: make worker を起動してください。",
        expect={f"{POOL}.not-ready"},
        match={"prefect.resource.id": f"{POOL}.*"},
        posture=Posture.Reactive,
    )
    yield alarm(
        "worker-again",
        "処理を行うプロセスが再開しました",
        "停止していた間の分は、自動で処理します。対処: 必要ありません。",
        "【受注 復旧】処理を行うプロセスが再開しました",
        after={f"{POOL}.not-ready"},
        expect={f"{POOL}.ready"},
        match={"prefect.resource.id": f"{POOL}.*"},
        for_each=EACH_RUN,
        posture=Posture.Reactive,
        within=MONTH,
    )
