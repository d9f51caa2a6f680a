"""A run as staff read it: what it is called, how it stands, and the reports it left."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from markdown_it import MarkdownIt
from prefect.client.schemas.objects import Artifact, FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse

from data.model.advice import has_advice
from tasks.runs.report import PERSONAL
from tasks.runs.states import NO_WORKER, RUN_STATE_WORDS, own_words

NOT_STARTED: Final = (
    "まだ始まりません。ほかの処理の終了を待っているか、ワーカーが起動していません。"
    "対処: しばらく待っても始まらない場合は、管理者に連絡してください。"
)
CRASHED: Final = (
    "処理が途中で止まりました。対処: もう一度実行してください。同じことが続く場合は、"
    "管理者に連絡してください(Prefect の実行の画面に記録があります)。"
)
STOPPED: Final = "この処理は、画面または自動の設定によって中止されました。"
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
_BETWEEN: Final = re.compile(r"(?<=[!-~])\n(?=[!-~])")
"""A line break between two words of Latin letters, which a space takes the place of."""
_JAPANESE: Final = re.compile(r"[ぁ-んァ-ヶ一-龠]")
_MARKDOWN: Final = MarkdownIt("js-default", {"html": False, "linkify": False})
"""Escapes HTML, and makes no link of `javascript:` and its like."""


@dataclass(frozen=True)
class Report:
    """What a run left to be read, as HTML of ours."""

    key: str
    title: str
    html: str


@dataclass(frozen=True)
class RunNow:
    """A run as it is now.

    title       what staff call it (`title_of`); "" for a run of no deployment
    deployment  flow and deployment, e.g. `push-inventory/0900`; the flow's name alone
                for a run of none
    message     how it ended, or why it has not started; "" while nothing is to say
    tables      the rows of each table that it left, by key
    """

    id: str
    name: str
    deployment: str
    state: str
    is_final: bool
    is_good: bool
    waits_for_form: bool
    message: str
    begun_at: datetime | None
    ended_at: datetime | None
    reports: tuple[Report, ...]
    link: str
    title: str = ""
    tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def state_word(state: State[Any] | None) -> str:
    """Return what staff call a state."""
    return RUN_STATE_WORDS[state.type if state else StateType.SCHEDULED]


def title_of(description: str | None) -> str:
    """Return a deployment's title for staff: its description's first sentence.

    Without what stands in brackets, which is for engineers.
    """
    title = _IN_BRACKETS.sub("", in_one_line(description))
    return title.partition("。")[0].removesuffix("です")


def title_of_run(run: FlowRun, known: Iterable[DeploymentResponse]) -> str:
    """Return what staff call a run, "" where no deployment of its flow is known.

    The warm process runs flows without a deployment: they are called as its flow's are.
    """
    alike = [one for one in known if one.flow_id == run.flow_id]
    own = [one for one in alike if one.id == run.deployment_id]
    return next((title_of(one.description) for one in own or alike), "")


def in_one_line(text: str | None) -> str:
    """Return a text without its line breaks: Japanese words have no space between."""
    lines = (line.strip() for line in (text or "").splitlines())
    return _BETWEEN.sub(" ", "\n".join(lines)).replace("\n", "")


def reports_of(left: Iterable[Artifact]) -> Iterator[Report]:
    """Yield the reports among them; none that tells of a person."""
    for one in left:
        if one.type == "markdown" and one.key not in PERSONAL:
            yield report(one)


def tables_of(left: Iterable[Artifact]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table among them, by its key.

    Prefect keeps a table as text.
    """
    found = {}
    for one in left:
        if one.type == "table" and one.key and one.key not in found:
            rows = json.loads(one.data) if isinstance(one.data, str) else one.data
            if isinstance(rows, list):
                found[one.key] = rows
    return found


def message_of(run: FlowRun, now: datetime) -> str:
    """Return in Japanese how a run ended, or why it has not started."""
    state = run.state
    if state is None or state.is_scheduled() or state.is_pending():
        due = run.expected_start_time or run.created or now
        return NOT_STARTED if now - due > NO_WORKER else ""
    if state.is_cancelled():
        return STOPPED
    return for_staff(state) if state.is_final() else ""


def for_staff(state: State[Any]) -> str:
    """Return a final state's message without what Prefect puts around it.

    What is Prefect's alone, and English, is replaced by what staff can do.
    """
    message = own_words(state.message or "").strip()
    if state.is_completed():
        return message
    return message if has_advice(message) or _JAPANESE.search(message) else CRASHED


def report(artifact: Artifact) -> Report:
    """Return an artifact of Markdown as HTML; HTML in it is shown as text."""
    return Report(
        key=artifact.key or "",
        title=artifact.description or artifact.key or "",
        html=_html(str(artifact.data)),
    )


def _html(text: str) -> str:
    """Return Markdown as HTML whose headings stand below those of a page."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type.startswith("heading_"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
        if token.attrs.pop("style", "") == "text-align:right":
            token.attrSet("class", "count")  # no style within a page: the page's CSP
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
