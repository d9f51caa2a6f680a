"""A shop's first check reads Rakuten's fixed answers and touches no order."""

from connectors.settings.reading import read_settings
from data.model.shops.connection import ConnectionStatus, Finding
from data.model.shops.sample import Sampled, SampleVerdict
from data.warehouse.session import warehouse
from flows.check_connection import check_connection
from tasks.shops.connection import Checkup, conclude_check
from tests.support.csv_counter import Shown
from tests.support.sandbox import Sandbox


def checked(**asked: object) -> tuple[str, str]:
    state = check_connection("lab", return_state=True, **asked)
    return state.type.value, state.message


def stored() -> int:
    with warehouse(read_settings().warehouse) as con:
        ((orders,),) = con.execute("SELECT count(*) FROM orders").fetchall()
    return int(orders)


def test_the_sample_is_read_by_our_readers_and_nothing_of_it_is_kept(
    lab: Sandbox, shown: Shown
):
    ended = checked(sample=True)
    counts = lab.journal()["counts"]
    report = shown("connection-report")

    assert ended == ("COMPLETED", "接続できました。")
    assert (counts["sample.searchOrder"], counts["sample.getOrder"]) == (1, 1)
    assert "| searchOrder | 読み取れました。 | 注文番号 3件 |" in report
    assert "| getOrder | 読み取れました。 | 注文 3件 |" in report
    assert stored() == 0


def test_numbers_that_are_no_samples_say_what_the_form_showed(
    lab: Sandbox, shown: Shown
):
    ended = checked(sample_numbers="999999-20241003-0000000009")

    assert ended[0] == "COMPLETED"
    assert "応答の形式は読み取れました" in shown("connection-report")


def test_trouble_at_the_test_endpoint_is_no_fault_of_the_connection(
    lab: Sandbox, shown: Shown
):
    lab.fault("503", function="sample.getOrder", times=5)
    ended = checked(sample=True)

    assert ended == ("COMPLETED", "接続できました。")
    assert "応答がありません" in shown("connection-report")


def test_an_answer_nobody_can_read_needs_a_person(lab: Sandbox, shown: Shown):
    odd = Sampled("getOrder", SampleVerdict.DIFFERENT, "orderProgress")
    good = Finding(ConnectionStatus.OK)
    state = conclude_check("lab", Checkup(good, sampled=(odd,)))

    assert state.type.value == "FAILED"
    assert state.message.startswith("接続できました。")
    assert "orderProgress" in shown("connection-report")


def test_the_usual_check_does_not_ask_the_test_endpoint(lab: Sandbox, shown: Shown):
    checked()

    assert "sample.getOrder" not in lab.journal()["counts"]
    assert "テスト用" not in shown("connection-report")
