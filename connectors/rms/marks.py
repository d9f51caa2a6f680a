"""The clerk's marks on an order: sub-status, memo, cancellation; and its payments.

Each writing method makes one call and never repeats it; what RMS answered is one
`Marked` per order. Whatever that says, only reading the order again shows where it
stands (`look`). Source: docs/rms/order-api.md §4.4, §4.5, §4.7, §4.8.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from connectors.codes.table import Action, code_of
from connectors.rms import error_words
from connectors.rms.answers import Reply, RmsFunction
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Unavailable,
)
from connectors.rms.fetch import (
    BROKEN_BY_ORDERS,
    GET_ORDER,
    VERSION,
    answers_without_orders,
    may_be_an_order,
)
from connectors.rms.fetch import PATH as GET_ORDER_PATH
from connectors.rms.http import RmsHttp
from connectors.rms.messages import RmsMessage, models
from connectors.rms.wire import moment_or_none, yen
from data.model.advice import advice_alone
from data.model.mark import BEFORE_SHIPPING, Marked, MarkOutcome, Payment, SubStatus

GET_SUB_STATUS_LIST = RmsFunction("getSubStatusList")
UPDATE_SUB_STATUS = RmsFunction("updateOrderSubStatus", is_write=True)
UPDATE_MEMO = RmsFunction("updateOrderMemo", is_write=True)
CANCEL = RmsFunction("cancelOrder", is_write=True)
CANCEL_AFTER_SHIPPING = RmsFunction("cancelOrderAfterShipping", is_write=True)
GET_PAYMENT = RmsFunction("getPayment")
FUNCTIONS: Final = {
    one.name: one
    for one in (
        GET_SUB_STATUS_LIST,
        UPDATE_SUB_STATUS,
        UPDATE_MEMO,
        CANCEL,
        CANCEL_AFTER_SHIPPING,
        GET_PAYMENT,
    )
}
"""The functions that a person's mark calls, by name."""
AT_ONCE: Final = 100
"""Orders of one getOrder or updateOrderSubStatus."""
PAYMENT_VERSION: Final = 4
CONTENTS: Final = ("OrderModelList", "StatusModelList", "OrderModel")
"""Keys under which an answer has what was asked for; each function has one of them."""


@dataclass(frozen=True)
class Looked:
    """What a mark needs to know of an order; the memo may hold personal data."""

    order_number: str
    progress: int
    sub_status_id: int | None
    memo: str
    has_shipping_date: bool

    def __repr__(self) -> str:
        return f"Looked({self.order_number}, {self.progress})"


@dataclass(frozen=True)
class Looks:
    """Orders as they were seen, and why others could not be read; RMS has no more."""

    seen: dict[str, Looked] = field(default_factory=dict)
    unread: dict[str, RmsTrouble] = field(default_factory=dict)

    def __or__(self, other: "Looks") -> "Looks":
        return Looks(self.seen | other.seen, self.unread | other.unread)


class MarksApi:
    """The clerk's marks on the orders of one shop."""

    def __init__(self, http: RmsHttp) -> None:
        self._http = http

    def try_permission(self, name: str) -> None:
        """Call a function without an order: if it is on, RMS says that one is missing.

        Nothing can be changed by it. Raises RmsTrouble, as every answer is.
        """
        self._http.post(FUNCTIONS[name], _path(name), {})

    def sub_statuses(self) -> list[SubStatus]:
        """Return the sub-statuses that the shop has made; an empty list if none."""
        path = _path(GET_SUB_STATUS_LIST.name)
        reply = self._http.post(GET_SUB_STATUS_LIST, path, {})
        _refuse_errors(GET_SUB_STATUS_LIST, reply)
        return [
            SubStatus(sub_status_id, str(one.get("subStatusName") or ""), progress)
            for group in models(reply["StatusModelList"])
            if (progress := _number(group.get("orderProgress"))) is not None
            for one in models(group.get("SubStatusModelList"))
            if (sub_status_id := _number(one.get("subStatusId"))) is not None
        ]

    def look(self, numbers: Sequence[str]) -> dict[str, Looked]:
        """Read up to 100 orders for a mark; one that RMS does not have is left out.

        Raises Unavailable where RMS fails to read one, and Refused where one number
        makes it refuse all of them, or where no order can be at fault.
        """
        asked = {"orderNumberList": list(numbers), "version": VERSION}
        try:
            reply = self._http.post(GET_ORDER, GET_ORDER_PATH, asked)
        except Refused as refusal:
            if len(numbers) > 1 or not may_be_an_order(refusal):
                raise
            return {}
        _refuse_errors(GET_ORDER, reply)
        return {
            number: _looked(number, model, reply)
            for model in models(reply["OrderModelList"])
            if (number := _named(model, reply)) in numbers
        }

    def look_at_each(self, numbers: Sequence[str], *, isolates: bool = False) -> Looks:
        """Read up to 100 orders for a mark, where one keeps no other from being read.

        An order that makes RMS refuse all of them is found by reading fewer; with
        `isolates` so is one that RMS fails to read, for a caller that has asked again
        before. Raises RmsTrouble where no order can be at fault.
        """
        try:
            return Looks(self.look(numbers))
        except (Refused, Unavailable) as trouble:
            named = {m.order_number for m in trouble.messages} & {*numbers}
            if not self._may_be_an_order(trouble, named, isolates=isolates):
                raise
            if len(numbers) == 1:
                return Looks(unread={numbers[0]: trouble})
        half = len(numbers) // 2
        parts = [numbers[:half], numbers[half:]]
        if named:
            rest = [number for number in numbers if number not in named]
            parts = [*([number] for number in numbers if number in named), rest]
        looks = Looks()
        for part in filter(None, parts):
            looks |= self.look_at_each(part, isolates=isolates)
        return looks

    def _may_be_an_order(
        self, trouble: Refused | Unavailable, named: object, *, isolates: bool
    ) -> bool:
        """Return whether one order of a reading may be why none of them was read."""
        if isinstance(trouble, Refused):
            return may_be_an_order(trouble)
        if not isolates or trouble.status not in BROKEN_BY_ORDERS:
            return False
        shop_id = self._http.shop.shop_id
        return bool(named) or answers_without_orders(self._http, shop_id)

    def set_sub_status(
        self, numbers: Sequence[str], sub_status_id: int | None
    ) -> list[Marked]:
        """Set or, with None, clear the sub-status of up to 100 orders.

        A call that is refused as a whole had no effect: it is halved until the order
        at fault stands alone. Raises Refused where no order can be at fault, and
        OutcomeUnknown when no trustworthy answer came.
        """
        body = {"subStatusId": sub_status_id, "orderNumberList": list(numbers)}
        reply: Reply | Refused
        try:
            reply = self._http.post(
                UPDATE_SUB_STATUS, _path(UPDATE_SUB_STATUS.name), body
            )
        except Refused as refusal:
            if not may_be_an_order(refusal):
                raise
            if len(numbers) > 1:
                half = len(numbers) // 2
                return [
                    one
                    for part in (numbers[:half], numbers[half:])
                    for one in self.set_sub_status(part, sub_status_id)
                ]
            reply = refusal
        return [
            _marked(UPDATE_SUB_STATUS, number, reply, numbers) for number in numbers
        ]

    def update_memo(self, number: str, memo: str) -> Marked:
        """Overwrite the memo of one order; look at it first.

        Of what RMS says only the code is returned, with our advice on it: its text may
        quote the memo.
        """
        try:
            said = self._one(UPDATE_MEMO, {"orderNumber": number, "memo": memo})
        except OutcomeUnknown as unsure:
            raise unsure.without_texts() from None
        return replace(said, reason=advice_alone(said.reason))

    def cancel(self, seen: Looked, restore: int, reason: int) -> Marked:
        """Cancel one order by the function that fits the state it was seen in."""
        before = seen.progress in BEFORE_SHIPPING
        return self._one(
            CANCEL if before else CANCEL_AFTER_SHIPPING,
            {
                "orderNumber": seen.order_number,
                "inventoryRestoreType": restore,
                "changeReasonDetailApply": reason,
            },
        )

    def payments(self, number: str) -> list[Payment]:
        """Return the payments of one order, oldest first; an empty list if none yet.

        Cards, names and addresses to pay at are not read.
        """
        asked = {"orderNumber": number, "version": PAYMENT_VERSION}
        reply = self._http.post(GET_PAYMENT, _path(GET_PAYMENT.name), asked)
        _refuse_errors(GET_PAYMENT, reply)
        order = reply["OrderModel"] or {}
        if not isinstance(order, dict):
            raise GET_PAYMENT.unusable("応答の形式が違います(OrderModel)", reply)
        found = [_payment(model) for model in models(order.get("PaymentModelList"))]
        return sorted(found, key=_place)

    def _one(self, function: RmsFunction, body: dict[str, Any]) -> Marked:
        number = body["orderNumber"]
        reply: Reply | RmsTrouble
        try:
            reply = self._http.post(function, _path(function.name), body)
        except CredentialsRefused:
            raise
        except Refused as refusal:
            if refusal.is_about_the_call:
                raise
            reply = refusal  # the whole call is one order
        except OutcomeUnknown as unsure:
            said = map(_outcome, unsure.messages)
            if MarkOutcome.READ_FIRST not in said:
                raise
            reply = unsure  # a no, of which the order shows the rest
        return _marked(function, number, reply, [number])


def _path(name: str) -> str:
    return f"/es/2.0/order/{name}/"


def _refuse_errors(function: RmsFunction, reply: Reply) -> None:
    """Raise where a read has an ERROR in a 200: what is missing then is not known.

    RMS says that there is nothing by an INFO (docs/rms/order-api.md §1.7). Warnings
    alone do not say so, nor does WARNING_001 about one order or an answer without any
    of `CONTENTS`.
    """
    if reply.is_only_warned and not any(reply[one] for one in CONTENTS):
        raise function.unsure("読み取り結果が返されませんでした", reply)
    known = [code for message in reply.messages if (code := code_of(message.code))]
    if any(code.action is Action.AGAIN for code in known):
        fact = "読み取りに失敗しました"
        raise function.failed(Unavailable, fact, error_words.TRY_LATER, reply)
    errors = [message for message in reply.messages if message.is_error]
    if errors:
        raise function.refused(reply, errors)
    is_nothing = any(code.action is Action.NOTHING for code in known)
    if not is_nothing and all(reply[one] is None for one in CONTENTS):
        raise function.unusable("応答に読み取り結果がありません", reply)


def _place(payment: Payment) -> int:
    """Return the last part of a payment's number, by which RMS counts them (§4.8)."""
    place = payment.number.rpartition("-")[2]
    return int(place) if place.isdecimal() else 0


def _named(model: dict[str, Any], reply: Reply) -> str:
    number = model.get("orderNumber")
    if not isinstance(number, str):
        raise GET_ORDER.unusable("応答に注文番号がありません", reply)
    return number


def _looked(number: str, model: dict[str, Any], reply: Reply) -> Looked:
    progress, memo = _number(model.get("orderProgress")), model.get("memo")
    if progress is None:
        raise GET_ORDER.unusable("応答に注文のステータスがありません", reply)
    if not isinstance(memo, str | None):
        raise GET_ORDER.unusable("応答のメモを読み取れません", reply)
    rows = [
        row
        for package in models(model.get("PackageModelList"))
        for row in models(package.get("ShippingModelList"))
    ]
    return Looked(
        number,
        progress,
        _number(model.get("subStatusId")),
        memo or "",
        any(row.get("shippingDate") for row in rows),
    )


def _marked(
    function: RmsFunction,
    number: str,
    reply: Reply | RmsTrouble,
    asked: Sequence[str],
) -> Marked:
    """Judge one order by its messages; RMS passing over it in silence is UNKNOWN.

    A call refused without a message had no effect either.
    """
    alone = len(asked) == 1
    about = [
        message
        for message in reply.messages
        if message.order_number == number or (alone and not message.order_number)
    ]
    if not about and isinstance(reply, Reply) and not reply.messages:
        raise function.unusable("応答に注文ごとの結果がありません", reply)
    if isinstance(reply, Refused) and not reply.messages:
        return Marked(number, MarkOutcome.REFUSED, "", str(reply))
    message = min(about, key=_weight, default=RmsMessage("", "", ""))
    outcome = _outcome(message)
    if outcome is MarkOutcome.DONE:
        reason = message.text
    elif outcome is MarkOutcome.UNKNOWN:
        reason = error_words.unsure_reason(message.text, message.code)
    elif outcome is MarkOutcome.READ_FIRST:
        reason = error_words.reason_by_subject(message)
    else:
        reason = error_words.reason_of(message)
    return Marked(number, outcome, message.code, reason)


def _weight(message: RmsMessage) -> int:
    """Rank a refusal first, then what is unsure; a success beside them is nothing."""
    return list(MarkOutcome).index(_outcome(message))


def _outcome(message: RmsMessage) -> MarkOutcome:
    code = code_of(message.code)
    if code is None:
        return MarkOutcome.REFUSED if message.is_error else MarkOutcome.UNKNOWN
    match code.action:
        case Action.OK:
            return MarkOutcome.DONE
        case Action.OK_CHECK:
            return MarkOutcome.LOOK
        case Action.REFUSED | Action.AGAIN:
            return MarkOutcome.REFUSED
        case Action.READ_FIRST if message.is_error:  # a WARNING: still at work on it
            return MarkOutcome.READ_FIRST
        case _:
            return MarkOutcome.UNKNOWN


def _payment(model: dict[str, Any]) -> Payment:
    return Payment(
        number=str(model.get("orderPaymentNumber") or ""),
        method=_number(model.get("paymentMethod")),
        amount=yen(_number(model.get("paymentAmount"))),
        status=_number(model.get("paymentStatus")),
        asked_at=moment_or_none(model.get("paymentReqDatetime")),
        fixed_at=moment_or_none(model.get("paymentFixDatetime")),
        cancelled_at=moment_or_none(model.get("paymentCancelFixDatetime"))
        or moment_or_none(model.get("paymentProcCancelCmplDatetime")),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
