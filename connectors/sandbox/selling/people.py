"""Invented buyers and receivers, recognisable by names, towns and phones.

See docs/rms/order-api.md §3.4.
"""

from random import Random
from typing import Any

_FAMILIES = (
    ("架空", "カクウ"),
    ("見本", "ミホン"),
    ("仮名", "カメイ"),
    ("例示", "レイジ"),
    ("試験", "シケン"),
)
_FIRSTS = (
    ("太郎", "タロウ", "男"),
    ("花子", "ハナコ", "女"),
    ("一郎", "イチロウ", "男"),
    ("さくら", "サクラ", "女"),
    ("みなと", "ミナト", "-"),
)
_PLACES = (
    ("060", "北海道"),
    ("010", "秋田県"),
    ("100", "東京都"),
    ("220", "神奈川県"),
    ("460", "愛知県"),
    ("530", "大阪府"),
    ("730", "広島県"),
    ("810", "福岡県"),
    ("900", "沖縄県"),
)


def buyer(rng: Random) -> dict[str, Any]:
    """Draw an OrdererModel."""
    family, family_kana = rng.choice(_FAMILIES)
    first, first_kana, sex = rng.choice(_FIRSTS)
    known = rng.random() < 0.8
    return {
        **_place(rng),
        "familyName": family,
        "firstName": first,
        "familyNameKana": family_kana,
        "firstNameKana": first_kana,
        **_phone(rng),
        "emailAddress": f"kakuu{rng.randrange(10**8):08d}@pc.fw.rakuten.ne.jp",
        "sex": sex,
        "birthYear": rng.randrange(1950, 2005) if known else 0,
        "birthMonth": rng.randrange(1, 13) if known else 0,
        "birthDay": rng.randrange(1, 29) if known else 0,
    }


def receiver(rng: Random) -> dict[str, Any]:
    """Draw a SenderModel: who the parcel goes to."""
    family, family_kana = rng.choice(_FAMILIES)
    first, first_kana, _ = rng.choice(_FIRSTS)
    return {
        **_place(rng),
        "familyName": family,
        "firstName": first,
        "familyNameKana": family_kana,
        "firstNameKana": first_kana,
        **_phone(rng),
        "isolatedIslandFlag": 0,
    }


def same_person(orderer: dict[str, Any]) -> dict[str, Any]:
    """Return the SenderModel of a buyer who orders for himself."""
    shared = {
        key: value
        for key, value in orderer.items()
        if key not in ("emailAddress", "sex", "birthYear", "birthMonth", "birthDay")
    }
    return {**shared, "isolatedIslandFlag": 0}


def not_entered_yet() -> dict[str, Any]:
    """Return the placeholders of a social gift whose receiver has not answered."""
    return {
        "zipCode1": "999",
        "zipCode2": "9999",
        "prefecture": "入力待ち",
        "city": "入力待ち",
        "subAddress": "入力待ち",
        "familyName": "入力待ち",
        "firstName": "入力待ち",
        "familyNameKana": "ニュウリョクマチ",
        "firstNameKana": "ニュウリョクマチ",
        "phoneNumber1": "999",
        "phoneNumber2": "9999",
        "phoneNumber3": "9999",
        "isolatedIslandFlag": 0,
    }


def _place(rng: Random) -> dict[str, str]:
    zip_code, prefecture = rng.choice(_PLACES)
    return {
        "zipCode1": zip_code,
        "zipCode2": f"{rng.randrange(10):04d}",
        "prefecture": prefecture,
        "city": "架空市見本町",
        "subAddress": f"{rng.randrange(1, 10)}-{rng.randrange(1, 30)}-0",
    }


def _phone(rng: Random) -> dict[str, str]:
    return {
        "phoneNumber1": rng.choice(("070", "080", "090")),
        "phoneNumber2": "0000",
        "phoneNumber3": f"{rng.randrange(10_000):04d}",
    }
