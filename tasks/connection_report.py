"""What people see of a connection check: the verdict, what to do, the key's end."""

import re
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed, Failed

from data.model.connection import Fault
from data.model.connection_words import verdict
from data.model.licence import days_left, licence_sentence
from data.model.shop import ShopHandle
from data.warehouse.shop_keys import record_warning
from tasks.connection import Checkup
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.warehouse import our_warehouse

ENDING = "juchu.licence.ending"
"""The event of a warning, for automations that send it on."""
PASSES = frozenset({Fault.NONE, Fault.FRESH_KEY, Fault.MAINTENANCE, Fault.BUSY})
"""What is no failure: it is good, or it ends by itself."""

STOPPED = (
    "**この店舗のRMSの呼び出しを止めました。** 接続チェックが成功すると、"
    "また呼び出します。他の店舗はそのまま動きます。"
)
FORMER_KEY = (
    "いまは前のキーを使っています。新しいキーが使えるようになると、"
    "接続チェックで自動で切り替わります。"
)


@task(name="warn-of-licence-end", **SAFE_TO_REPEAT)
def warn_of_licence_end(shop: ShopHandle, checkup: Checkup) -> None:
    """Give the warning that is due, once: an artifact and an event."""
    if checkup.warning is None or checkup.expires_at is None:
        return
    at = now()
    sentence = licence_sentence(checkup.expires_at, at)
    create_markdown_artifact(
        key="licence-warning",
        markdown=f"# ライセンスキーの期限 ({shop})\n\n{sentence}\n",
        description="ライセンスキーの期限の警告 (the licence key is ending)",
    )
    emit_event(
        ENDING,
        resource={"prefect.resource.id": f"juchu.shop.{shop}"},
        payload={
            "shop": shop,
            "days_left": days_left(checkup.expires_at, at),
            "expires_at": checkup.expires_at.isoformat(),
            "message": f"{shop}: {sentence}",
        },
    )
    with our_warehouse() as con:
        record_warning(con, shop, checkup.expires_at, checkup.warning, at)


def conclude_check(shop: ShopHandle, checkup: Checkup) -> State[Any]:
    """Tell the verdict in Japanese; Failed when a person has to do something."""
    create_markdown_artifact(
        key="connection-report",
        markdown=connection_report(shop, checkup),
        description="接続チェックの結果 (what the connection check found)",
    )
    said = verdict(checkup.finding)
    if checkup.finding.fault in PASSES:
        return Completed(message=said)
    return Failed(message=said)


def connection_report(shop: ShopHandle, checkup: Checkup) -> str:
    """Write the report in Markdown; RMS's codes come from outside and stay text."""
    finding = checkup.finding
    lines = [f"# 接続チェックの結果 ({shop})", "", _plain(verdict(finding))]
    if finding.stops_calls:
        lines += [
            "",
            STOPPED,
        ]
    if checkup.new_key is not None:
        lines += [
            "",
            "## 新しいキー (new key)",
            "",
            FORMER_KEY,
            "",
            _plain(verdict(checkup.new_key)),
        ]
    if checkup.expires_at is not None:
        lines += ["", licence_sentence(checkup.expires_at, now())]
    if checkup.stage is not None:
        lines += ["", f"段階 (stage): {checkup.stage}"]
    if checkup.moved:
        lines += ["", f"移った段階 (moved to): {' → '.join(checkup.moved)}"]
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()<>#+!|~])", r"\\\1", text)
