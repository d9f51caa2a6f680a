import pickle

import pytest

from connectors.rms.error_words import reason_of
from connectors.rms.errors import (
    Circumstances,
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
    Unavailable,
)
from connectors.rms.messages import RmsMessage

KNOWN = Circumstances(
    "getOrder",
    "refused",
    "確認してください。",
    400,
    (RmsMessage("ERROR", "E1", "誤り"),),
    "r-1",
)


@pytest.mark.parametrize("family", [Refused, CredentialsRefused, Unavailable])
def test_an_error_is_a_complete_message(family):
    assert str(family(KNOWN)) == (
        "RMS getOrder: refused (HTTP 400): E1 誤り [RequestId r-1]。"
        "対処: 確認してください。"
    )


@pytest.mark.parametrize(
    "error",
    [
        Refused(KNOWN),
        CredentialsRefused(KNOWN),
        Throttled(KNOWN, 3.0),
        OutcomeUnknown(KNOWN),
    ],
)
def test_an_error_survives_the_way_to_another_process(error):
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert type(back) is type(error)
    assert str(back) == str(error)
    assert getattr(back, "retry_after_s", None) == getattr(error, "retry_after_s", None)


def test_the_four_families_share_nothing_but_the_root():
    families = [Refused, Throttled, Unavailable, OutcomeUnknown]

    assert [family.__base__ for family in families] == [RmsTrouble] * 4
    assert issubclass(CredentialsRefused, Refused)


@pytest.mark.parametrize("number", ["021", "031"])
def test_a_sign_that_rms_does_not_take_is_for_its_writer_to_change(number: str):
    code = f"ORDER_EXT_API_UPDATE_ORDERMEMO_ERROR_{number}"
    told = reason_of(RmsMessage("ERROR", code, "memoの形式が正しくありません"))

    assert "機種依存文字" in told
    assert "開発者" not in told
