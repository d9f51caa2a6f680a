"""Orders of malls without an API, with all services: in by file, out by file.

Each mall's three runs are the worker's in the long suite; in the fast one the worker
has the last. Its upload file is what the mall takes, to the byte.
"""

import pytest
from prefect.client.orchestration import SyncPrefectClient

from flows.export_tracking import export_tracking
from flows.import_order_csv import import_order_csv
from flows.import_shipments import import_shipments
from tasks.setup.services import Services
from tests.carriers.made import B2, csv_bytes
from tests.flows.test_stock import Clerk
from tests.support.csv_counter import artifacts_of
from tests.tracking_files.orders import amazon, colorme

pytestmark = pytest.mark.prefect
ONE, TWO = "400000000005", "400000000016"


class Packer(Clerk):
    """Who packs the orders of two malls, on a warehouse of this module."""

    def takes(self, write, mall: str, order: str, number: str) -> None:
        """Import an order of the mall's file, and B2's file with its number."""
        orders = write(self.home / f"{mall}.csv", order)
        parcel = {
            "お客様管理番号": order,
            "伝票番号": number,
            "出荷予定日": "2026/11/28",
        }
        shipped = self.home / f"b2-{mall}.csv"
        shipped.write_bytes(csv_bytes(B2, [parcel]))
        where = {"mall": mall, "shop": "mihon"}
        for name, flow, given in (
            ("import-order-csv", import_order_csv, {"path": orders}),
            (
                "import-shipments",
                import_shipments,
                {"path": str(shipped), "carrier": "yamato"},
            ),
        ):
            run = self.run_at_hand(f"{name}/manual", flow, **where, **given)
            assert run.state.type.value == "COMPLETED", run.state.message
            assert run.state.message.startswith("新規 1 /")

    def uploads(self, mall: str) -> list[bytes]:
        files = (self.home / "uploads").glob(f"tracking-{mall}-*")
        return [path.read_bytes() for path in files]


@pytest.fixture(scope="module")
def packer(
    services: Services,
    prefect_api: SyncPrefectClient,
    tmp_path_factory: pytest.TempPathFactory,
) -> Packer:
    return Packer(tmp_path_factory.mktemp("way-out"), services, prefect_api)


def test_a_colorme_order_goes_in_and_out_by_file(packer: Packer):
    packer.takes(colorme, "colorme", "501", ONE)
    run = packer.run("export-tracking/manual", mall="colorme", shop="mihon")

    assert run.state.message.startswith("送り状番号 1 件 / 出力しなかった番号 0 件")
    assert packer.uploads("colorme") == [
        f"注文ID,配送先ID,配送伝票番号\r\n501,5011,{ONE}\r\n".encode("cp932")
    ]
    assert ONE in artifacts_of(run, packer.api)["export-tracking-report"]


def test_an_amazon_order_goes_in_and_out_by_file(packer: Packer):
    order = "250-0000001-0000001"
    packer.takes(amazon, "amazon", order, TWO)
    run = packer.run_at_hand(
        "export-tracking/manual", export_tracking, mall="amazon", shop="mihon"
    )
    (upload,) = packer.uploads("amazon")

    assert run.state.message.startswith("送り状番号 1 件 / 出力しなかった番号 0 件")
    assert upload.decode("cp932").splitlines()[3] == (
        f"{order}\t12345678901234\t2\t2026-11-28\tOther\tヤマト運輸\t{TWO}\t\t"
    )
