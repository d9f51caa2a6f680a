"""`dismiss` takes one matter off the list, or says what there is to choose from."""

from pathlib import Path

import pytest

from connectors.settings.reading import read_settings
from data.warehouse.session import warehouse
from flows.dismiss import dismiss
from flows.import_order_csv import import_order_csv
from flows.ingest_orders import ingest_orders
from tests.flows.conftest import Shown
from tests.support.effort import first, for_ci
from tests.support.sandbox import Sandbox

SIGNED = {"who": "受注担当", "note": "別の店舗の注文だった"}
NOT_AT_MALL = (
    "SELECT key FROM needs_a_person WHERE kind = 'order_not_at_mall' ORDER BY key"
)


def keys() -> list[str]:
    with warehouse(read_settings().warehouse) as con:
        return [key for (key,) in con.execute(NOT_AT_MALL).fetchall()]


def ended(kind: str, key: str, **given: str) -> tuple[str, str]:
    state = dismiss(kind, key, **(SIGNED | given), return_state=True)
    return state.type.value, state.message


@pytest.fixture
def waiting(lab: Sandbox) -> list[str]:
    """Orders of a file that RMS does not have."""
    path = Path("data/samples/rakuten.csv")
    import_order_csv(path=str(path), mall="rakuten", shop="lab")
    ingest_orders("lab")
    return keys()


def test_a_matter_comes_off_and_stays_off_over_the_next_run(
    lab: Sandbox, waiting: list[str]
):
    kind, message = ended("order_not_at_mall", waiting[0])
    ingest_orders("lab")

    assert kind == "COMPLETED"
    assert message.startswith("一覧から外しました: CSVで取り込んだ注文ですが、RMSに")
    assert f"「RMSにない注文」は{len(waiting) - 1}件" in message
    assert "対処" not in message
    assert keys() == waiting[1:]


def test_an_unknown_kind_lists_the_kinds(shown: Shown, home: Path, monkeypatch):
    monkeypatch.setenv("JUCHU_HOME", str(home))
    kind, message = ended("order_not_at_all", "x")

    assert kind == "FAILED"
    assert "種類「order_not_at_all」はありません" in message
    assert "order_not_at_mall(RMSにない注文)" in message
    assert "stock_adjustment(在庫の手動調整待ち)" in message


def test_an_unknown_key_lists_some_of_its_kind(waiting: list[str]):
    kind, message = ended("order_not_at_mall", "rakuten/123456/nosuch")

    assert kind == "FAILED"
    assert "「rakuten/123456/nosuch」はありません" in message
    assert waiting[0] in message
    assert f"全{len(waiting)}件" in message
    assert keys() == waiting


@for_ci
def test_what_is_off_already_is_not_taken_off_twice(waiting: list[str]):
    ends = [ended("order_not_at_mall", waiting[0])[0] for _ in range(2)]

    assert ends == ["COMPLETED", "FAILED"]


@first()
@pytest.mark.parametrize("blank", [{"who": " "}, {"note": " "}])
def test_nobody_takes_anything_off_unsigned(waiting: list[str], blank):
    kind, _ = ended("order_not_at_mall", waiting[0], **blank)

    assert kind == "FAILED"
    assert keys() == waiting
