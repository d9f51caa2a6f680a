"""RMS's words about an order are kept whole, but for cards."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
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
PACKED = "KLUv/SYAgDaVAAAobnVsbH0DfADIc6a0F4ulNgTYY5oI"
PACKED_BY_ZLIB = "WCh98OFAw9FRhBTRQP8iqlmwRkgw1wIAIuQUZA=="


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


@pytest.mark.parametrize("packed", [PACKED, PACKED_BY_ZLIB])
def test_what_was_packed_once_can_be_read_for_ever(packed):
    assert unpack(base64.b64decode(packed)) == {
        "orderNumber": "123456-見本",
        "SettlementModel": None,
    }


def test_another_shared_file_reads_nothing(monkeypatch):
    packed = pack(order_json())
    file = Path(kept_answer.__file__).with_name("kept_answer.dict").read_bytes()
    other = file[:4] + b"\x01\x80\0\0" + file[8:]  # the same, but for its id
    monkeypatch.setattr(kept_answer, "_SHARED", kept_answer.zstd.ZstdDict(other))

    with pytest.raises(kept_answer.zstd.ZstdError):
        unpack(packed)


def test_a_byte_that_is_damaged_reads_nothing():
    packed = bytearray(pack(order_json()))

    for position in (8, len(packed) // 2, len(packed) - 1):
        damaged = bytes(packed[:position]) + bytes([packed[position] ^ 1])
        damaged += bytes(packed[position + 1 :])
        with pytest.raises(kept_answer.zstd.ZstdError):
            unpack(damaged)


def test_threads_pack_each_their_own_order():
    entries = [order_json(remarks=f"{n} 番") for n in range(200)]
    with ThreadPoolExecutor(8) as threads:
        packed = list(threads.map(pack, entries))

    assert packed == [pack(entry) for entry in entries]


def test_it_packs_to_a_sixth_and_less():
    entry = order_json()

    assert len(pack(entry)) * 6 < len(json.dumps(entry, ensure_ascii=False).encode())


def test_every_order_that_is_read_brings_its_answer(sandbox, rms):
    sandbox.sell(30, "mixed")
    models = sandbox.orders()
    read = rms.orders.get(list(models), nothing_known)
    kept = {o.order_number: unpack(o.answer.packed) for o in read.orders}

    assert kept == {n: kept_answer.without_cards(m) for n, m in models.items()}
    assert rms.orders.get(list(models), told(hashes(read.orders))).orders == []
