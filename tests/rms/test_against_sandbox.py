"""The client against an RMS with its own idea of the manual: the sandbox."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.rms.client import RmsClient
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Throttled,
    Unavailable,
)
from connectors.rms.http import Limits, RmsHttp
from connectors.rms.orders import ConfirmOutcome
from connectors.rms.pace import Pace, unlimited
from data.model.japan_time import JST
from data.model.order import Mall, Status
from data.model.shops.shop import Shop
from tests.support.effort import for_ci, for_long
from tests.support.sandbox import Sandbox

Connect = Callable[..., RmsClient]
DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


def never_waits(_: float) -> None:
    """Stand in for the wait that RMS's hint asks for."""


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Connect]:
    """A client of the sandbox's shop, with other keys or a shorter deadline."""
    with ExitStack() as stack:

        def connected(deadline_s: float = 20, **keys: str) -> RmsClient:
            told = sandbox.shops["demo"]
            shop = Shop(
                handle="demo",
                mall=Mall.RAKUTEN,
                shop_id=told.shop_id,
                service_secret=SecretStr(keys.get("secret", told.service_secret)),
                license_key=SecretStr(keys.get("key", told.license_key)),
            )
            http = RmsHttp(
                shop, sandbox.url, unlimited, now, Limits(deadline_s), never_waits
            )
            return stack.enter_context(RmsClient(http))

        yield connected


@pytest.fixture
def orders(connect: Connect) -> Any:
    return connect().orders


def test_every_order_of_over_a_thousand_and_over_63_days_is_found(sandbox, orders):
    sold = sandbox.sell(2300, over_days=150)

    found = orders.search(now() - 200 * DAY, now() + DAY)

    assert sorted(found) == sorted(sold)


@for_long
def test_the_ceiling_of_15000_hides_no_order(sandbox, orders):
    sold = sandbox.sell(15_200, over_days=5)

    found = orders.search(now() - 6 * DAY, now() + DAY)

    assert len(found) == len(sold)
    assert set(found) == set(sold)


def test_every_shape_the_sandbox_knows_is_read_whole(sandbox, orders):
    sold = sandbox.sell(250, shape="mixed")

    fetched = orders.get(sold)

    assert [o.order_number for o in fetched.orders] == sold
    assert fetched.refused == []
    truth = sandbox.orders()
    for order in fetched.orders:
        true = truth[order.order_number]
        assert order.mall_status == str(true["orderProgress"])
        assert len(order.packages) == len(true["PackageModelList"])
        assert order.ordered_at == datetime.fromisoformat(true["orderDatetime"])


def test_open_amounts_are_none(sandbox, orders):
    sold = sandbox.sell(1, shape="open_amounts")

    order = orders.get(sold).orders[0]

    assert not order.amounts_fixed
    assert order.postage_total is None


def test_vanished_unknown_and_spoilt_orders_are_named_and_the_rest_is_read(
    sandbox, orders
):
    sold = sandbox.sell(20)
    sandbox.vanish(sold[3])
    sandbox.spoil(sold[5], "goodsPrice", "千円")
    sandbox.spoil(sold[6], "OrdererModel", remove=True)
    unknown = "123456-20200101-0000000001"

    fetched = orders.get([*sold, unknown])

    codes = {r.order_number: r.code for r in fetched.refused}
    assert codes == {
        sold[3]: "ORDER_EXT_API_GET_ORDER_INFO_102",
        sold[5]: "UNREADABLE",
        sold[6]: "UNREADABLE",
        unknown: "ORDER_EXT_API_GET_ORDER_INFO_102",
    }
    assert len(fetched.orders) == 17
    assert "千円" not in "".join(r.reason for r in fetched.refused)


def test_an_order_cancelled_after_import_shows_when_read_again(sandbox, orders):
    sold = sandbox.sell(1, progress=300)
    before = orders.get(sold).orders[0]
    sandbox.cancel(sold[0])

    after = orders.get(sold).orders[0]

    assert (before.status, after.status) == (Status.PROCESSING, Status.CANCELLED)
    assert after.observed_at > before.observed_at


def test_confirm_says_what_became_of_each_order(sandbox, orders):
    fresh = sandbox.sell(2, progress=100)
    done = sandbox.sell(1, progress=300)
    open_amounts = sandbox.sell(1, shape="open_amounts", progress=100)
    cancelled = sandbox.sell(1, progress=100)
    sandbox.cancel(cancelled[0])

    told = orders.confirm([*fresh, *done, *open_amounts, *cancelled])

    assert [c.outcome for c in told] == [
        ConfirmOutcome.CONFIRMED,
        ConfirmOutcome.CONFIRMED,
        ConfirmOutcome.UNKNOWN,
        ConfirmOutcome.REFUSED,
        ConfirmOutcome.UNKNOWN,
    ]
    assert [c.code[-3:] for c in told[2:]] == ["103", "105", "103"]


def test_a_repeated_confirm_is_no_success_before_the_order_is_read(sandbox, orders):
    fresh = sandbox.sell(1, progress=100)

    first, second = orders.confirm(fresh), orders.confirm(fresh)

    assert first[0].is_confirmed
    assert second[0].outcome is ConfirmOutcome.UNKNOWN
    assert orders.get(fresh).orders[0].status is not Status.NEW


def test_a_confirm_whose_answer_is_lost_is_in_doubt_though_it_was_done(sandbox, orders):
    fresh = sandbox.sell(1, progress=100)
    sandbox.fault("answer_lost", function="confirmOrder")

    with pytest.raises(OutcomeUnknown):
        orders.confirm(fresh)

    assert orders.get(fresh).orders[0].status is not Status.NEW


@pytest.mark.parametrize("fault", ["500", "503", "html", "cut", "reset", "not_json"])
def test_a_fault_of_rms_is_passed_by_asking_again(sandbox, orders, fault):
    sold = sandbox.sell(1, progress=100)
    sandbox.fault(fault, times=1, function="getOrder")
    sandbox.fault(fault, times=1, function="confirmOrder")

    with pytest.raises(Unavailable):
        orders.get(sold)
    with pytest.raises(OutcomeUnknown):
        orders.confirm(sold)

    assert len(orders.get(sold).orders) == 1


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("WARNING_101", ConfirmOutcome.CONFIRMED),
        ("ERROR_103", ConfirmOutcome.UNKNOWN),
        ("ERROR_104", ConfirmOutcome.UNKNOWN),
        ("ERROR_105", ConfirmOutcome.REFUSED),
        ("ERROR_106", ConfirmOutcome.REFUSED),
        ("ERROR_108", ConfirmOutcome.REFUSED),
    ],
)
def test_a_word_about_one_confirmation_concerns_that_order_alone(
    sandbox, orders, word, outcome
):
    first, second = sandbox.sell(2, progress=100)
    sandbox.fault(f"CONFIRM_ORDER_{word}", about=first)

    told = orders.confirm([first, second])

    assert [one.outcome for one in told] == [outcome, ConfirmOutcome.CONFIRMED]


def test_an_order_that_could_not_be_read_is_asked_for_once_more(sandbox, orders):
    first, second = sandbox.sell(2)
    sandbox.fault("GET_ORDER_ERROR_101", about=first)

    fetched = orders.get([first, second])

    assert {one.order_number for one in fetched.orders} == {first, second}
    assert sandbox.journal()["counts"]["getOrder"] == 2


def test_an_order_that_can_never_be_read_is_left_to_the_next_run(sandbox, orders):
    first, second = sandbox.sell(2)
    sandbox.fault("GET_ORDER_ERROR_101", about=first, times=9)

    fetched = orders.get([first, second])

    assert [one.order_number for one in fetched.orders] == [second]
    (refused,) = fetched.refused
    assert refused.code.endswith("GET_ORDER_ERROR_101")
    assert "次回の実行でもう一度取得します" in refused.reason


def test_a_dummy_is_nobodys_mail_address(sandbox, orders):
    """docs/rms/order-api.md §3.4: `xxx@xxx.xxx` stands where masking failed."""
    (number,) = sandbox.sell(1)
    sandbox.fault("GET_ORDER_WARNING_101", about=number)

    (unmasked,) = orders.get([number]).orders
    (masked,) = orders.get([number]).orders

    assert unmasked.people[0].email is None
    assert "@" in str(masked.people[0].email)


@pytest.mark.parametrize("fault", [pytest.param("timeout", marks=for_ci), "drip"])
def test_a_silent_rms_ends_at_the_deadline(sandbox, connect, fault):
    sandbox.sell(1)
    sandbox.fault(fault)
    orders = connect(deadline_s=1.2).orders

    with pytest.raises(Unavailable, match=r"1\.2秒以内"):
        orders.search(now() - DAY, now())


def test_too_fast_is_throttled_with_rms_hint(sandbox, orders):
    sandbox.fault("429", retry_after=7)

    with pytest.raises(Throttled) as slow:
        orders.search(now() - DAY, now())

    assert slow.value.retry_after_s == 7


@pytest.mark.parametrize("wrong", [{"key": "SL-wrong"}, {"secret": "SP-wrong"}])
def test_a_wrong_key_stops_the_shop(connect, wrong):
    client = connect(**wrong)

    with pytest.raises(CredentialsRefused, match="ES01-01"):
        client.orders.search(now() - DAY, now())
    with pytest.raises(CredentialsRefused):
        client.licence.expiry()


def test_an_expired_key_stops_the_shop(sandbox, orders):
    sandbox.shop("demo", license_expires_at="2020-01-01T23:59:59")

    with pytest.raises(CredentialsRefused, match="ライセンスキー"):
        orders.get(["123456-20260101-0000000001"])


def test_a_function_that_is_off_looks_like_a_key(sandbox, orders):
    sandbox.shop("demo", functions_off=["getOrder"])

    with pytest.raises(CredentialsRefused, match="利用機能"):
        orders.get(["123456-20260101-0000000001"])


@pytest.mark.parametrize("style", ["html", "gateway"])
def test_maintenance_passes(sandbox, orders, style):
    window = {"from": "2020-01-01T00:00:00", "to": "2099-01-01T00:00:00"}
    sandbox.shop("demo", maintenance=[window | {"style": style}])

    with pytest.raises(Unavailable, match="メンテナンス"):
        orders.search(now() - DAY, now())


def test_the_licence_ends_when_rms_says(sandbox, connect):
    sandbox.shop("demo", license_expires_at="2099-11-28T23:59:59")

    assert connect().licence.expiry() == datetime(2099, 11, 28, 23, 59, 59, tzinfo=JST)


def test_a_paced_client_is_never_too_fast_for_rms(tmp_path):
    pace = Pace(tmp_path / "p.next")
    with Sandbox.start("--seed", "7") as strict:
        told = strict.shops["demo"]
        shop = Shop(
            handle="demo",
            mall=Mall.RAKUTEN,
            shop_id=told.shop_id,
            service_secret=SecretStr(told.service_secret),
            license_key=SecretStr(told.license_key),
        )
        sold = strict.sell(250)
        with RmsClient(RmsHttp(shop, strict.url, pace, now)) as client:
            fetched = client.orders.get(sold)

        assert len(fetched.orders) == 250
        assert strict.journal()["too_fast"] == 0
