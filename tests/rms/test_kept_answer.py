"""RMS's words about an order are kept whole, but for cards."""

import base64
import json
import zlib
from typing import Any

import pytest

from connectors.rms import kept_answer
from connectors.rms.kept_answer import pack, unpack
from connectors.rms.orders import nothing_known
from tests.rms.order_json import order_json
from tests.rms.test_answer_hash import hashes, rms, told
from tests.support.planted import caught

__all__ = ["rms"]
OF_CARDS = {
    "cardName",
    "cardNumber",
    "cardOwner",
    "cardYm",
    "cardPayType",
    "cardInstallmentDesc",
}
CARDS = ("0015", "TARO SHIKEN", "VISA", "2030-01")
PACKED = "WCh98OFAw9FRhBTRQP8iqlmwRkgw1wIAIuQUZA=="


def everything(packed: bytes) -> str:
    return json.dumps(unpack(packed), ensure_ascii=False)


def assert_no_card(entry: dict[str, Any]) -> None:
    kept = everything(pack(entry))

    assert [card for card in (*CARDS, *OF_CARDS) if card in kept] == []


def test_an_answer_is_kept_whole_but_for_its_card():
    entry = order_json()
    settlement = entry["SettlementModel"]
    left = {name: settlement[name] for name in settlement.keys() - OF_CARDS}

    assert unpack(pack(entry)) == entry | {"SettlementModel": left}
    assert left == {
        "settlementMethodCode": 1,
        "settlementMethod": "クレジットカード",
        "rpaySettlementFlag": 1,
    }


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"SettlementModel": None},
        {"CardModel": {"number": "0015"}},
        {"newField": [{"deeper": {"cardOwner": "TARO SHIKEN"}}]},
        {"CARDNUMBER": "0015"},
    ],
    ids=str,
)
def test_no_card_is_kept_wherever_it_stands(more):
    assert_no_card(order_json(**more))


def test_a_card_left_in_is_caught(monkeypatch):
    monkeypatch.setattr(kept_answer, "without_cards", lambda value: value)

    with caught():
        assert_no_card(order_json())


def test_what_a_buyer_wrote_of_a_card_is_no_card_of_theirs():
    entry = order_json(remarks='"card" を添えてください', newField=None)

    assert unpack(pack(entry))["remarks"] == '"card" を添えてください'


def test_what_was_packed_once_can_be_read_for_ever():
    assert unpack(base64.b64decode(PACKED)) == {
        "orderNumber": "123456-見本",
        "SettlementModel": None,
    }


def test_another_shared_file_reads_nothing(monkeypatch):
    packed = pack(order_json())
    monkeypatch.setattr(kept_answer, "_SHARED", b"another")

    with pytest.raises(zlib.error):
        unpack(packed)


def test_it_packs_to_a_fifth_and_less():
    entry = order_json()

    assert len(pack(entry)) * 5 < len(json.dumps(entry, ensure_ascii=False).encode())


def test_every_order_that_is_read_brings_its_answer(sandbox, rms):
    sandbox.sell(30, "mixed")
    models = sandbox.orders()
    read = rms.orders.get(list(models), nothing_known)
    kept = {o.order_number: unpack(o.answer.packed) for o in read.orders}

    assert kept == {n: kept_answer.without_cards(m) for n, m in models.items()}
    assert rms.orders.get(list(models), told(hashes(read.orders))).orders == []
