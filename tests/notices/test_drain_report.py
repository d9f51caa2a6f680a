"""What one line of a drain tells shop staff."""

import pytest

from data.model.notice import UNREADABLE
from data.model.run import Taken
from tasks.notices import conclude_drain, nothing_waits
from tests.support.orders import a_refusal


def test_a_run_with_nothing_to_do_says_so():
    assert "処理待ちの通知はありません" in nothing_waits().message


def test_what_only_waits_completes_the_run():
    state = conclude_drain(Taken(3, 2, 1, postponed=4, refused=(a_refusal(),)))

    assert state.type.value == "COMPLETED"
    assert state.message.startswith(
        "新規 3 / 変更 2 / 変更なし 1 / 取得待ちの通知 4 / 取得できなかった注文 0"
    )


@pytest.mark.parametrize(
    "taken",
    [Taken(refused=(a_refusal(1, UNREADABLE),)), Taken(exhausted=1)],
    ids=["unreadable", "given up"],
)
def test_what_a_person_must_look_at_fails_it_with_advice(taken):
    state = conclude_drain(taken)

    assert state.type.value == "FAILED"
    assert "対処: 表 order_refusals" in state.message
