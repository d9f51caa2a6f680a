"""What a connection check (接続チェック) means: which thing is at fault, what to do.

RMS says the same, ES01-01 or ES04-01, for a wrong key, a wrong secret, an ended key, a
key of some minutes and a function that is switched off (rms/order-api.md §1.4). So no
answer is judged alone: one good answer shows that key and secret are right.

A connection check's finding in the words of shop staff: what it is, what to do.

Menu paths are those of rms/order-api.md §1.2 and event-notification.md §1.

Changing a licence key without a pause: which of two keys a shop's calls use.

A new key is refused for some minutes (rms/order-api.md §1.2), so the one before it
stays in use until the new one has answered.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from pydantic import SecretStr

from data.model.licence import NEW_KEY, has_ended, key_fingerprint, usable_from
from data.model.order import Frozen
from data.model.shop import Shop

LONGEST_SECRET = 50
MAINTENANCE_CODE = "ES01-02"


class Answer(StrEnum):
    """How one call ended: an answer, or the family of its error (design: rule 6.7)."""

    OK = "ok"
    CREDENTIALS = "credentials"
    REFUSED = "refused"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome-unknown"


class Probe(Frozen):
    """One cheap call of the check: which function, and how it ended."""

    function: str
    answer: Answer
    status: int | None = None
    """HTTP status; None when no answer came."""
    codes: tuple[str, ...] = ()
    needed: bool = True
    """Whether orders stop without this function; not so for the licence's date."""


class Fault(StrEnum):
    """What is at fault; the value is `shops.connection_status`."""

    NONE = "ok"
    FRESH_KEY = "fresh-key"
    KEY_ENDED = "key-ended"
    SECRET = "secret"  # noqa: S105 - the word, not one
    KEY = "key"
    KEY_OR_SECRET = "key-or-secret"  # noqa: S105 - as above
    FUNCTION = "function-off"
    MAINTENANCE = "maintenance"
    BUSY = "throttled"
    NETWORK = "network"
    ADDRESS = "address"
    OTHER = "other"


STOPS_CALLS = frozenset(
    {Fault.KEY_ENDED, Fault.SECRET, Fault.KEY, Fault.KEY_OR_SECRET, Fault.FUNCTION}
)
"""With these every further call would be refused as well: none is made for the shop."""


class KeyFacts(NamedTuple):
    """What is known of the key that was tried."""

    first_seen_at: datetime
    expires_at: datetime | None = None
    suspect: Fault | None = None
    """What `suspect_paste` found; told only after RMS refused."""


class Finding(NamedTuple):
    """What the answers show, before it is put into words."""

    fault: Fault
    functions: tuple[str, ...] = ()
    """The functions this is about."""
    codes: tuple[str, ...] = ()
    again_at: datetime | None = None
    """When to check again, if waiting is the remedy."""
    unread: tuple[str, ...] = ()
    """Functions we can do without that did not answer."""

    @property
    def is_good(self) -> bool:
        """Whether the shop's orders can be read now."""
        return self.fault is Fault.NONE

    @property
    def stops_calls(self) -> bool:
        """Whether no more calls may be made for this shop (design: rule 6.7)."""
        return self.fault in STOPS_CALLS


def find_fault(probes: Sequence[Probe], key: KeyFacts, now: datetime) -> Finding:
    """Judge all answers of one check together; no answers at all are no good check."""
    failed = [probe for probe in probes if probe.answer is not Answer.OK]
    needed = [probe for probe in failed if probe.needed]
    some_answered = len(failed) < len(probes)
    unread = tuple(probe.function for probe in failed if not probe.needed)
    if some_answered and not needed:
        return Finding(Fault.NONE, unread=unread)
    failed = needed or failed
    refused = [probe for probe in failed if probe.answer is Answer.CREDENTIALS]
    others = [probe for probe in failed if probe.answer is not Answer.CREDENTIALS]
    # A maintenance may refuse keys here and answer nothing there: not the key's fault.
    in_doubt = not some_answered and any(map(_passes, others))
    if refused and not in_doubt:
        fault = _credentials_fault(some_answered, key, now)
        again_at = usable_from(key.first_seen_at) if fault is Fault.FRESH_KEY else None
        return _found(fault, refused)._replace(again_at=again_at)
    if not others:
        return Finding(Fault.OTHER)
    worst = min(map(_fault_of, others), key=_WORST_FIRST.index)
    return _found(worst, [probe for probe in others if _fault_of(probe) is worst])


def _credentials_fault(some_answered: bool, key: KeyFacts, now: datetime) -> Fault:
    """Say why credentials were refused; an answer elsewhere clears key and secret."""
    if key.expires_at and has_ended(key.expires_at, now):
        return Fault.KEY_ENDED
    if now < usable_from(key.first_seen_at):
        return Fault.FRESH_KEY
    if some_answered:
        return Fault.FUNCTION
    return key.suspect or Fault.KEY_OR_SECRET


def suspect_paste(service_secret: SecretStr, license_key: SecretStr) -> Fault | None:
    """Name which of the two cannot be what RMS issued, or None; tells nothing of it.

    At most 50 plain characters without a blank (rms/order-api.md §1.1); the same text
    in both places is the key's fault, because the key is what people change.
    """
    secret = service_secret.get_secret_value().strip()
    key = license_key.get_secret_value().strip()
    if not _plausible(secret):
        return Fault.SECRET
    return None if _plausible(key) and key != secret else Fault.KEY


_WORST_FIRST = (
    Fault.NETWORK,
    Fault.MAINTENANCE,
    Fault.BUSY,
    Fault.ADDRESS,
    Fault.OTHER,
)
"""Of calls that failed differently, the fault that explains most is told."""


def _fault_of(probe: Probe) -> Fault:
    """Name what one failed call shows by itself, credentials apart (§1.5, §5.2)."""
    if probe.answer is Answer.THROTTLED:
        return Fault.BUSY
    if MAINTENANCE_CODE in probe.codes:
        return Fault.MAINTENANCE
    if probe.answer in (Answer.UNAVAILABLE, Answer.OUTCOME_UNKNOWN):
        return Fault.NETWORK if probe.status is None else Fault.MAINTENANCE
    return Fault.ADDRESS if probe.status in (301, 302, 404, 405) else Fault.OTHER


def _passes(probe: Probe) -> bool:
    """Whether the failure is of the kind that ends by itself."""
    return _fault_of(probe) in (Fault.NETWORK, Fault.MAINTENANCE, Fault.BUSY)


def _found(fault: Fault, probes: Sequence[Probe]) -> Finding:
    codes = dict.fromkeys(code for probe in probes for code in probe.codes)
    return Finding(fault, tuple(probe.function for probe in probes), tuple(codes))


def _plausible(text: str) -> bool:
    return (
        0 < len(text) <= LONGEST_SECRET
        and text.isascii()
        and text.isprintable()
        and " " not in text
    )


FUNCTIONS_MENU = "店舗様向け情報・サービス > WEB APIサービス > 利用機能編集"

WHAT = {
    Fault.NONE: "接続できました (connected)",
    Fault.FRESH_KEY: "新しいキーの反映待ちです (fresh key)。失敗ではありません",
    Fault.KEY_ENDED: "ライセンスキー (licence key) の期限が切れています",
    Fault.SECRET: "serviceSecret が正しく入力されていません",
    Fault.KEY: "ライセンスキー (licence key) が正しく入力されていません",
    Fault.KEY_OR_SECRET: "ライセンスキーか serviceSecret が受け付けられません"
    " (key or secret refused)",
    Fault.FUNCTION: "キーは正しく、利用機能がオフです (function switched off)",
    Fault.MAINTENANCE: "RMSがメンテナンス中か混雑中です (maintenance)",
    Fault.BUSY: "リクエストが多すぎます (too many requests)",
    Fault.NETWORK: "RMSに接続できません (network)",
    Fault.ADDRESS: "接続先が違います (wrong address)",
    Fault.OTHER: "RMSが想定外の応答を返しました (unexpected answer)",
}
TO_DO = {
    Fault.NONE: "",
    Fault.FRESH_KEY: "発行直後のキーは使えるまで30分ほどかかります。"
    "{again} にもう一度、接続チェックを実行してください。",
    Fault.KEY_ENDED: NEW_KEY,
    Fault.SECRET: "RMSの serviceSecret をコピーし直して、rms-shop ブロックに"
    "登録してください(50文字以内の半角、空白なし)。",
    Fault.KEY: "RMSのライセンスキーをコピーし直して、rms-shop ブロックに"
    "登録してください(50文字以内の半角、空白なし。serviceSecret とは別のものです)。",
    Fault.KEY_OR_SECRET: "次の順に確認してください。"
    "(1) rms-shop ブロックのライセンスキーがRMSの最新のものと同じか、期限内か。"
    "(2) serviceSecret が同じか。"
    f"(3) RMSの「{FUNCTIONS_MENU}」で使う機能がオンか。"
    "すべて正しければ、新しいライセンスキーを発行して登録してください。",
    Fault.FUNCTION: f"RMSの「{FUNCTIONS_MENU}」で次の機能をオンにしてください: "
    "{functions}。",
    Fault.MAINTENANCE: "キーの問題ではありません。RMSのお知らせで終了時刻を確認し、"
    "終了後にもう一度、接続チェックを実行してください。",
    Fault.BUSY: "同じキーを使う他のツールを止めるか、数分おいてから"
    "もう一度、接続チェックを実行してください。",
    Fault.NETWORK: "キーの問題ではありません。このマシンのインターネット接続、"
    "プロキシ、ファイアウォールを確認してください。",
    Fault.ADDRESS: "JUCHU_RMS_URL の設定を確認してください。",
    Fault.OTHER: "RMSのコードと機能名 ({functions}) を控えて、juchuの開発者に"
    "連絡してください。",
}
LICENCE_FUNCTION = "license.expiryDate.get"
UNREAD = f"なお、使えない機能があります: {{functions}}。RMSの「{FUNCTIONS_MENU}」へ。"
DATE_BY_HAND = (
    "キーの期限を自動で確認できないので、rms-shop ブロックの有効期限を"
    "正しく入力してください。"
)


def verdict(finding: Finding) -> str:
    """Tell the whole finding in one paragraph, RMS's codes as they came."""
    again = f"{finding.again_at:%H:%M}" if finding.again_at else ""
    said = WHAT[finding.fault]
    if finding.codes:
        said += f" [{', '.join(finding.codes)}]"
    names = ", ".join(finding.functions)
    advice = TO_DO[finding.fault].format(again=again, functions=names)
    if finding.unread:
        advice += UNREAD.format(functions=", ".join(finding.unread))
    if LICENCE_FUNCTION in finding.unread:
        advice += DATE_BY_HAND
    return f"{said}。対処: {advice}" if advice else f"{said}。"


ANSWERED = frozenset({Fault.NONE, Fault.FUNCTION})
"""With these RMS took the key; a function that is switched off is no key's fault."""
REFUSED = frozenset(
    {Fault.FRESH_KEY, Fault.KEY_ENDED, Fault.SECRET, Fault.KEY, Fault.KEY_OR_SECRET}
)


class Verdict(Enum):
    """What to do about two keys after both were tried as far as needed."""

    NEW = auto()
    FORMER = auto()
    AS_BEFORE = auto()
    """Nothing was learnt about either; the one in use stays."""


def choose_key(new: Finding, former: Finding | None) -> Verdict:
    """Say which key to use from now on; `former` is None where it was not tried.

    The former one wins only by answering where the new one was refused. Where both are
    refused people have the new one to put right, so its fault is the one to tell.
    """
    if new.fault in ANSWERED:
        return Verdict.NEW
    if new.fault not in REFUSED:
        return Verdict.AS_BEFORE
    if former is None or former.fault in REFUSED:
        return Verdict.NEW
    return Verdict.FORMER if former.fault in ANSWERED else Verdict.AS_BEFORE


def needs_former_key(new: Finding) -> bool:
    """Whether the former key should be tried: the new one was refused."""
    return new.fault in REFUSED


def shop_in_use(shop: Shop, fingerprint: str | None) -> Shop:
    """Give the shop with the key its calls use now, by the fingerprint kept of it.

    While there are two, the new one counts only after it has answered; before any
    check that is the former.
    """
    if not shop.has_former_key or fingerprint == key_fingerprint(shop.license_key):
        return shop
    return shop.with_former_key()
