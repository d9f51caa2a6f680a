"""A connection check (接続チェック): what it found, what to do, which key to use.

RMS answers the same, ES01-01, to a wrong key, a wrong secret, an ended key, a key of a
few minutes and a function that is switched off (docs/rms/order-api.md §1.4). ES04-01 is
about the form of our header, and "too fast" (403) says nothing of the key.
So no answer is judged alone: `judge_check` takes all answers of a check, and one good
answer proves that key and secret are right. `explain` puts the finding into words.
While a key is being changed the former one stays in use until the new one has answered
(`choose_key`).
"""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from pydantic import SecretStr

from data.model.order import Frozen
from data.model.shops import rms_menus
from data.model.shops.licence import (
    NEW_KEY,
    KeyRefusal,
    judge_refusal,
    key_fingerprint,
    refusals_count_from,
)
from data.model.shops.shop import Shop

LONGEST_SECRET = 50
MAINTENANCE_CODE = "ES01-02"
MALFORMED_CODE = "ES04-01"
OTHER_SHOP_CODE = "GET_ORDER_ERROR_016"
"""RMS's answer to another shop's order number (docs/rms/order-api.md §1.5)."""
LICENCE_FUNCTION = "license.expiryDate.get"


OTHER_SHOPS_KEY = (
    "rms-shop ブロックのライセンスキーと serviceSecret が、この店舗のもの"
    "(ほかの店舗のものではないこと)か確認してください。どちらもこの店舗のものであれば、"
    "店舗番号(shop_id)を、注文番号の先頭の数字と同じにしてください。"
)
"""What to do where the block has another shop number than the key's shop. The key comes
first: with the other shop's number its orders and stock would be taken for ours."""


class CallEnd(StrEnum):
    """How one call ended: an answer, or the family of its error (docs/rules.md 6.7)."""

    OK = "ok"
    CREDENTIALS = "credentials"
    REFUSED = "refused"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome-unknown"
    CLOCK = "clock"


class Probe(Frozen):
    """One cheap call of the check: which function, and how it ended."""

    function: str
    answer: CallEnd
    status: int | None = None
    """HTTP status; None when no answer came."""
    codes: tuple[str, ...] = ()
    needed: bool = True
    """Whether orders stop without this function; False for the key's end date."""


class ConnectionStatus(StrEnum):
    """What a check found; the value is stored as `shops.connection_status`."""

    OK = "ok"
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
    CLOCK = "clock"
    SHOP_NUMBER = "shop-number"
    OTHER = "other"


STOPS_CALLS = frozenset(
    {
        ConnectionStatus.KEY_ENDED,
        ConnectionStatus.SECRET,
        ConnectionStatus.KEY,
        ConnectionStatus.KEY_OR_SECRET,
        ConnectionStatus.SHOP_NUMBER,
    }
)
"""With these every further call would be refused, too, or reach another shop's items:
none is made for the shop. A function that is off stops itself only."""


class KeyFacts(NamedTuple):
    """What is known of the key that was tried."""

    first_seen_at: datetime
    expires_at: datetime | None = None
    suspect: ConnectionStatus | None = None
    """What `suspect_paste` found; reported only after RMS has refused the key."""


class Finding(NamedTuple):
    """What the answers of one check prove."""

    status: ConnectionStatus
    functions: tuple[str, ...] = ()
    """The functions concerned."""
    codes: tuple[str, ...] = ()
    again_at: datetime | None = None
    """When to check again, if waiting is the remedy."""
    unread: tuple[Probe, ...] = ()
    """Calls that failed of functions that orders do not need."""

    @property
    def is_good(self) -> bool:
        """Whether the shop's orders can be read now."""
        return self.status is ConnectionStatus.OK

    @property
    def stops_calls(self) -> bool:
        """Whether no more calls may be made for this shop (docs/rules.md 6.7)."""
        return self.status in STOPS_CALLS


def judge_check(probes: Sequence[Probe], key: KeyFacts, now: datetime) -> Finding:
    """Judge all answers of one check together; no answer at all is no good check."""
    failed = [probe for probe in probes if probe.answer is not CallEnd.OK]
    needed = [probe for probe in failed if probe.needed]
    some_answered = len(failed) < len(probes)
    unread = tuple(probe for probe in failed if not probe.needed)
    if some_answered and not needed:
        return Finding(ConnectionStatus.OK, unread=unread)
    failed = needed or failed
    refused = [probe for probe in failed if probe.answer is CallEnd.CREDENTIALS]
    others = [probe for probe in failed if probe.answer is not CallEnd.CREDENTIALS]
    # During maintenance one function may refuse the key while others answer nothing:
    # that is not the key's fault.
    in_doubt = not some_answered and any(map(_passes, others))
    if refused and not in_doubt:
        status = _why_refused(key, now, some_answered=some_answered)
        is_fresh = status is ConnectionStatus.FRESH_KEY
        again_at = refusals_count_from(key.first_seen_at) if is_fresh else None
        return _found(status, refused)._replace(again_at=again_at)
    if not others:
        return Finding(ConnectionStatus.OTHER)
    worst = min(map(_status_of, others), key=_WORST_FIRST.index)
    return _found(worst, [probe for probe in others if _status_of(probe) is worst])


def _why_refused(
    key: KeyFacts, now: datetime, *, some_answered: bool
) -> ConnectionStatus:
    """Return why credentials were refused; a good answer clears key and secret.

    A key that RMS cannot have issued is wrong, whatever its age and whatever end was
    typed with it.
    """
    if key.suspect and not some_answered:
        return key.suspect
    match judge_refusal(key.first_seen_at, key.expires_at, now):
        case KeyRefusal.ENDED if not some_answered:
            return ConnectionStatus.KEY_ENDED
        case KeyRefusal.TOO_EARLY:
            return ConnectionStatus.FRESH_KEY
        case _ if some_answered:
            return ConnectionStatus.FUNCTION
        case _:
            return ConnectionStatus.KEY_OR_SECRET


_WORST_FIRST = (
    ConnectionStatus.CLOCK,
    ConnectionStatus.NETWORK,
    ConnectionStatus.MAINTENANCE,
    ConnectionStatus.BUSY,
    ConnectionStatus.SHOP_NUMBER,
    ConnectionStatus.ADDRESS,
    ConnectionStatus.OTHER,
)
"""Of calls that failed differently, the status that explains most is reported."""


def _status_of(probe: Probe) -> ConnectionStatus:
    """Return what one failed call shows, credentials apart.

    Which status means what: docs/rms/order-api.md §1.5.
    """
    if probe.answer is CallEnd.CLOCK:
        return ConnectionStatus.CLOCK
    if any(code.endswith(OTHER_SHOP_CODE) for code in probe.codes):
        return ConnectionStatus.SHOP_NUMBER
    if probe.answer is CallEnd.THROTTLED:
        return ConnectionStatus.BUSY
    if MAINTENANCE_CODE in probe.codes:
        return ConnectionStatus.MAINTENANCE
    if probe.answer in (CallEnd.UNAVAILABLE, CallEnd.OUTCOME_UNKNOWN):
        return (
            ConnectionStatus.NETWORK
            if probe.status is None
            else ConnectionStatus.MAINTENANCE
        )
    return (
        ConnectionStatus.ADDRESS
        if probe.status in (301, 302, 404, 405)
        else ConnectionStatus.OTHER
    )


def _passes(probe: Probe) -> bool:
    """Return whether the failure is of a kind that ends by itself."""
    return _status_of(probe) in (
        ConnectionStatus.NETWORK,
        ConnectionStatus.MAINTENANCE,
        ConnectionStatus.BUSY,
    )


def _found(status: ConnectionStatus, probes: Sequence[Probe]) -> Finding:
    codes = dict.fromkeys(code for probe in probes for code in probe.codes)
    return Finding(status, tuple(probe.function for probe in probes), tuple(codes))


def suspect_paste(
    service_secret: SecretStr, license_key: SecretStr
) -> ConnectionStatus | None:
    """Return which of the two RMS cannot have issued, or None; quotes neither.

    RMS issues at most 50 plain characters without a blank (docs/rms/order-api.md §1.1);
    asterisks alone are what Prefect's page shows of a key.
    The same text in both places is the key's fault: the key is what people change.
    """
    secret = service_secret.get_secret_value().strip()
    key = license_key.get_secret_value().strip()
    if not can_be_issued(secret):
        return ConnectionStatus.SECRET
    return None if can_be_issued(key) and key != secret else ConnectionStatus.KEY


def can_be_issued(text: str) -> bool:
    """Return whether RMS may have issued this as a serviceSecret or a licence key."""
    return (
        0 < len(text) <= LONGEST_SECRET
        and text.isascii()
        and text.isprintable()
        and " " not in text
        and text.strip("*") != ""
    )


WHAT = {
    ConnectionStatus.OK: "接続できました",
    ConnectionStatus.FRESH_KEY: "新しいライセンスキーの反映を待っています。"
    "失敗ではありません",
    ConnectionStatus.KEY_ENDED: "認証に失敗しました。"
    "ライセンスキーの有効期限が切れています",
    ConnectionStatus.SECRET: "認証に失敗しました。"
    "serviceSecret が正しく入力されていません",
    ConnectionStatus.KEY: "認証に失敗しました。"
    "ライセンスキーが正しく入力されていません",
    ConnectionStatus.KEY_OR_SECRET: "認証に失敗しました。"
    "ライセンスキーまたは serviceSecret が正しくありません",
    ConnectionStatus.FUNCTION: "ライセンスキーは正しいですが、"
    "利用機能がオフになっています",
    ConnectionStatus.MAINTENANCE: "RMSがメンテナンス中または混雑中です",
    ConnectionStatus.BUSY: "リクエストが多すぎます",
    ConnectionStatus.NETWORK: "RMSに接続できません",
    ConnectionStatus.ADDRESS: "接続先のURLが違います",
    ConnectionStatus.CLOCK: "このマシンの時計が、RMSの時刻と1分以上違います",
    ConnectionStatus.SHOP_NUMBER: "店舗番号が、このライセンスキーの店舗と違います",
    ConnectionStatus.OTHER: "RMSから想定外の応答がありました",
}
"""What happened, for shop staff."""
TO_DO = {
    ConnectionStatus.OK: "",
    ConnectionStatus.FRESH_KEY: "発行直後のライセンスキーは、"
    "使えるまで30分ほどかかります。"
    "{again} にもう一度、接続チェックを実行してください。",
    ConnectionStatus.KEY_ENDED: NEW_KEY,
    ConnectionStatus.SECRET: "RMSの serviceSecret をコピーし直して、rms-shop ブロックに"
    "登録してください(50文字以内の半角、空白なし)。",
    ConnectionStatus.KEY: "RMSのライセンスキーをコピーし直して、rms-shop ブロックに"
    "登録してください(50文字以内の半角、空白なし。serviceSecret とは別のものです)。",
    ConnectionStatus.KEY_OR_SECRET: "次の順に確認してください。"
    "(1) rms-shop ブロックのライセンスキーがRMSの最新のものと同じで、期限内であること。"
    "(2) serviceSecret が同じであること。"
    f"(3) RMSの「{rms_menus.FUNCTIONS}」で、使う機能がオンであること。"
    "すべて正しい場合は、新しいライセンスキーを発行して登録してください。",
    ConnectionStatus.FUNCTION: f"RMSの「{rms_menus.FUNCTIONS}」で、次の機能をオンにし、"
    "「アップデート」してください: {functions}。",
    ConnectionStatus.MAINTENANCE: "ライセンスキーの問題ではありません。"
    "RMSのお知らせで終了時刻を確認し、"
    "終了後にもう一度、接続チェックを実行してください。",
    ConnectionStatus.BUSY: "RMSの呼び出し回数の制限です。"
    "数分おいてからもう一度、接続チェックを実行してください。続く場合は、"
    "同じ店舗のRMSを使うほかのツールが同時に動いていないか確認してください。",
    ConnectionStatus.NETWORK: "ライセンスキーの問題ではありません。"
    "このマシンのインターネット接続、プロキシ、ファイアウォールを確認してください。",
    ConnectionStatus.ADDRESS: "JUCHU_RMS_URL の設定を確認してください。",
    ConnectionStatus.CLOCK: "ライセンスキーの問題ではありません。"
    "このマシンの時刻を合わせて(時刻の自動調整をオンにして)、"
    "もう一度、接続チェックを実行してください。",
    ConnectionStatus.SHOP_NUMBER: OTHER_SHOPS_KEY,
    ConnectionStatus.OTHER: "RMSのコードと機能名({functions})を控えて、juchuの開発者に"
    "連絡してください。",
}
"""What shop staff should do; a template of `again` and `functions`."""
CHECK_THE_FORM = (
    "rms-shop ブロックの serviceSecret とライセンスキーに、空白や改行、全角の文字が"
    "混ざっていないか確認してください。正しい場合は、キーの有効期限と、"
    f"RMSの「{rms_menus.FUNCTIONS}」を確認してください。"
)
"""What to do about ES04-01: our header first, then the key."""
UNREAD = (
    f"なお、使えない機能があります: {{functions}}。"
    f"RMSの「{rms_menus.FUNCTIONS}」で確認してください。"
)
"""Of functions that RMS refused as it refuses a key: they are switched off."""
UNREAD_FOR_NOW = (
    "なお、RMSが混雑中かメンテナンス中のため確認できなかった機能があります: "
    "{functions}。次の接続チェックでもう一度確認します。"
)
UNREAD_OTHERWISE = (
    "なお、想定外の応答があった機能があります: {functions}。"
    "続く場合は、機能名を控えて、juchuの開発者に連絡してください。"
)
DATE_BY_HAND = (
    "ライセンスキーの有効期限を自動で確認できないため、rms-shop ブロックの有効期限を"
    "正しく入力してください。"
)


def explain(finding: Finding) -> str:
    """Write the finding for shop staff in one paragraph, with RMS's own codes."""
    again = f"{finding.again_at:%H:%M}" if finding.again_at else ""
    what = WHAT[finding.status]
    if finding.codes:
        what += f" [{', '.join(finding.codes)}]"
    names = ", ".join(finding.functions)
    to_do = TO_DO[finding.status].format(again=again, functions=names)
    if MALFORMED_CODE in finding.codes:
        to_do = CHECK_THE_FORM
    to_do += _about_unread(finding.unread)
    return f"{what}。対処: {to_do}" if to_do else f"{what}。"


def _about_unread(unread: Sequence[Probe]) -> str:
    """Return what to do about each function that orders do not need, by its answer.

    Only a refusal of the credentials speaks of a function that is off, and so does
    ES04-01 while others take the same header (docs/rms/order-api.md §1.4).
    """
    by_sentence: dict[str, list[str]] = {}
    is_dateless = False
    for probe in unread:
        of_date = probe.function == LICENCE_FUNCTION
        if _passes(probe):
            sentence = UNREAD_FOR_NOW
        elif probe.answer is CallEnd.CREDENTIALS or MALFORMED_CODE in probe.codes:
            sentence, is_dateless = UNREAD, is_dateless or of_date
        elif of_date:  # RMS does not know it (docs/rms/inventory-and-license-api.md)
            is_dateless = True
            continue
        else:
            sentence = UNREAD_OTHERWISE
        by_sentence.setdefault(sentence, []).append(probe.function)
    told = (
        sentence.format(functions=", ".join(names))
        for sentence, names in by_sentence.items()
    )
    return "".join(told) + (DATE_BY_HAND if is_dateless else "")


ANSWERED = frozenset({ConnectionStatus.OK, ConnectionStatus.FUNCTION})
"""With these RMS accepted the key: a function that is off is not the key's fault."""
REFUSED = frozenset(
    {
        ConnectionStatus.FRESH_KEY,
        ConnectionStatus.KEY_ENDED,
        ConnectionStatus.SECRET,
        ConnectionStatus.KEY,
        ConnectionStatus.KEY_OR_SECRET,
        ConnectionStatus.SHOP_NUMBER,
    }
)
"""With these the key is of no use to the shop, be it final or not: RMS refused it, or
it is another shop's."""


class KeyChoice(Enum):
    """Which of two keys to use after both were tried as far as needed."""

    NEW = auto()
    FORMER = auto()
    AS_BEFORE = auto()
    """Nothing was learnt about either; the one in use stays."""


def needs_former_key(new: Finding) -> bool:
    """Return whether the former key should be tried: RMS refused the new one."""
    return new.status in REFUSED


def choose_key(new: Finding, former: Finding | None) -> KeyChoice:
    """Choose the key to use from now on; `former` is None where it was not tried.

    The former key wins only if it was accepted where the new one was refused. Where
    both are refused the new one is chosen: it is the one people have to put right.
    """
    if new.status in ANSWERED:
        return KeyChoice.NEW
    if new.status not in REFUSED:
        return KeyChoice.AS_BEFORE
    if former is None or former.status in REFUSED:
        return KeyChoice.NEW
    return KeyChoice.FORMER if former.status in ANSWERED else KeyChoice.AS_BEFORE


def shop_in_use(shop: Shop, fingerprint: str | None) -> Shop:
    """Return the shop with the key its calls use now.

    `fingerprint` is that of the key chosen last; before any check, and while there are
    two keys, that is the former one.
    """
    if not shop.has_former_key or fingerprint == key_fingerprint(shop.license_key):
        return shop
    return shop.with_former_key()
