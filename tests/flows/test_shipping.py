"""Parcels, with all services: a carrier's file comes in, RMS is told, labels go out."""

import csv
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from prefect.client.orchestration import SyncPrefectClient

from connectors.settings.reading import NEEDED
from data.model.japan_time import JST
from data.model.shipping.short_key import PackageRef, short_key
from flows.export_shipping_labels import export_shipping_labels
from flows.import_shipments import import_shipments
from flows.ingest_orders import ingest_orders
from flows.push_tracking import push_tracking
from tasks.setup.services import Services
from tests.carriers.made import B2, TEMPLATE, csv_bytes
from tests.flows.test_stock import Clerk
from tests.shipping.lab import REPORT, tracking_number
from tests.support.csv_counter import artifacts_of
from tests.support.effort import for_long

pytestmark = pytest.mark.prefect
ONE, TWO, RIGHT = (tracking_number(n) for n in (901, 902, 903))
SENDER = {
    f"JUCHU_SENDER_{name.upper()}": value
    for name, value in (NEEDED | {"billing_code": "030000000000"}).items()
}
STATES = "SELECT state, count(*) FROM shipments GROUP BY ALL ORDER BY ALL"


class Packer(Clerk):
    """Who packs orders that were sold to be shipped, on a warehouse of this module."""

    env = SENDER

    def packages(self, number: str) -> list[dict]:
        return self.services.sandbox.orders()[number]["PackageModelList"]

    def key(self, number: str) -> str:
        """The short key of a plain order's package, as its label shows it."""
        (package,) = self.packages(number)
        shop_id = self.services.sandbox.shops["demo"].shop_id
        return short_key(
            PackageRef("rakuten", shop_id, number, str(package["basketId"]))
        )

    def at_rms(self, *numbers: str) -> list[str | None]:
        """The tracking numbers that RMS shows of these orders, in their order."""
        return [
            row["shippingNumber"]
            for number in numbers
            for package in self.packages(number)
            for row in package["ShippingModelList"] or ()
        ]

    def reports(self) -> int:
        return int(self.services.sandbox.journal()["counts"].get(REPORT, 0))

    def file(self, name: str, header: list[str], *rows: dict[str, str]) -> str:
        path = self.home / name
        path.write_bytes(csv_bytes(header, rows))
        return str(path)

    def b2(self, *parcels: tuple[str, str]) -> str:
        """A file of B2: the key and the tracking number of each parcel."""
        rows = [
            {"お客様管理番号": key, "伝票番号": number, "出荷予定日": a_day()}
            for key, number in parcels
        ]
        return self.file("b2.csv", B2, *rows)

    def template(self, key: str, right: str, wrong: str) -> str:
        """Our template, with one number that corrects another."""
        row = {
            "注文番号": key,
            "配送会社": "ヤマト運輸",
            "伝票番号": right,
            "発送日": a_day(),
            "訂正前の伝票番号": wrong,
        }
        return self.file("template.csv", TEMPLATE, row)


def a_day() -> str:
    return f"{datetime.now(JST):%Y/%m/%d}"


@pytest.fixture(scope="module")
def packer(
    services: Services,
    prefect_api: SyncPrefectClient,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Packer]:
    before = services.sandbox.settings()["async_delay_s"]
    services.sandbox.settings(async_delay_s=0.2)
    yield Packer(tmp_path_factory.mktemp("shipping"), services, prefect_api)
    services.sandbox.settings(async_delay_s=before)


@pytest.fixture(scope="module")
def sold(packer: Packer) -> list[str]:
    """Three orders that wait to be shipped, in the warehouse."""
    since = datetime.now(JST) - timedelta(minutes=1)
    numbers = packer.services.sandbox.sell(3, over_days=0, progress=300)
    run = packer.run_here(ingest_orders, since=since)
    assert run.state.type.value == "COMPLETED", run.state.message
    return numbers


def test_a_b2_file_is_imported_and_nothing_is_told_yet(packer: Packer, sold: list[str]):
    first, second, _ = sold
    path = packer.b2((packer.key(first), ONE), (packer.key(second), TWO))
    run = packer.run_at_hand(
        "import-shipments/manual", import_shipments, path=path, carrier="yamato"
    )
    report = artifacts_of(run, packer.api)["shipments-report"]

    assert run.state.type.value == "COMPLETED", run.state.message
    assert run.state.message.startswith("新規 2 / 変更 0 / 変更なし 0")
    assert "| 新規の荷物 | 2 |" in report
    assert packer.ask(STATES) == [("planned", 2)]
    assert packer.at_rms(*sold) == []


def test_a_push_reports_the_parcels_and_sees_them_at_rms(
    packer: Packer, sold: list[str]
):
    before = packer.reports()
    run = packer.run_at_hand("push-tracking/0900", push_tracking)

    assert run.state.type.value == "COMPLETED", run.state.message
    assert run.state.message.startswith("報告 2 / 確認済み 2 / 拒否 0 / 不明 0")
    assert packer.reports() == before + 1
    assert packer.at_rms(*sold) == [ONE, TWO]
    assert packer.ask(STATES) == [("verified", 2)]


@for_long
def test_pushing_again_sends_nothing(packer: Packer, sold: list[str]):
    before = packer.reports()
    run = packer.run_here(push_tracking)

    assert run.state.message.startswith("報告 0 / 確認済み 0 / 拒否 0 / 不明 0")
    assert packer.reports() == before
    assert packer.at_rms(*sold) == [ONE, TWO]


def test_labels_of_what_has_no_parcel_yet_go_into_a_file_for_its_owner(
    packer: Packer, sold: list[str]
):
    run = packer.run_at_hand(
        "export-shipping-labels/manual", export_shipping_labels, carrier="yamato"
    )
    assert not run.state.message.startswith("送り状 0 件"), run.state.message
    reported = {packer.key(number) for number in sold[:2]}
    (path,) = sorted((packer.home / "labels").glob("*.csv"))
    rows = list(csv.DictReader(path.read_bytes().decode("cp932").splitlines()))
    labelled = {row["お客様管理番号"] for row in rows}
    shown = "".join(artifacts_of(run, packer.api).values())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert packer.key(sold[2]) in labelled
    assert not labelled & reported
    assert {row["ご依頼主名"] for row in rows} == {NEEDED["name"]}
    assert str(path) in shown
    assert not [row for row in rows if row["お届け先名"] in shown]


@for_long
def test_a_wrong_number_is_corrected_by_a_row_of_the_template(
    packer: Packer, sold: list[str]
):
    before = packer.reports()
    path = packer.template(packer.key(sold[0]), right=RIGHT, wrong=ONE)
    imported = packer.run_here(import_shipments, path=path, carrier="template")
    pushed = packer.run_here(push_tracking)

    assert imported.state.message.startswith("新規 1 / 変更 0"), imported.state.message
    assert pushed.state.message.startswith("報告 1 / 確認済み 1")
    assert packer.reports() == before + 1
    assert packer.at_rms(*sold) == [RIGHT, TWO]
    assert packer.ask(STATES) == [("replaced", 1), ("verified", 2)]
