"""The demo's file of a carrier: read by the import, and only of what may be packed."""

from pathlib import Path

from tasks import rms
from tasks.setup.demo_day import PARCELS
from tasks.setup.demo_files import (
    a_number,
    correction,
    parcel_file,
    safe_packages,
)
from tests.shipping.lab import Lab


def demo_file(lab: Lab) -> Path:
    packages = safe_packages(lab.home / "juchu.duckdb", lab.shop_id, PARCELS)
    return parcel_file(lab.home / "b2.csv", packages, rms.now())


def test_the_import_takes_every_parcel_without_a_doubt(lab: Lab):
    lab.sell(2)
    report = lab.take(f"{demo_file(lab)}")

    assert (report.created, report.rejected, report.unmatched) == (2, (), ())


def test_a_package_that_is_not_safe_to_pack_is_left_out(lab: Lab):
    (number,) = lab.sell()
    lab.sell(1, "under_review")
    lab.take(f"{demo_file(lab)}")

    assert lab.ask("SELECT order_number FROM shipments") == [(number,)]


def test_a_big_shop_gets_a_file_of_a_few(lab: Lab):
    lab.sell(PARCELS + 1)

    assert lab.take(f"{demo_file(lab)}").created == PARCELS


def test_the_correction_puts_the_right_number_where_the_wrong_one_stood(lab: Lab):
    lab.sell()
    (package,) = safe_packages(lab.home / "juchu.duckdb", lab.shop_id, PARCELS)
    lab.take(f"{demo_file(lab)}")
    path = lab.home / "correction.csv"
    wrong, right = a_number(0), a_number(PARCELS)
    report = lab.take(
        f"{correction(path, package, wrong, right, rms.now())}", "template"
    )

    assert (report.rejected, report.unmatched) == ((), ())
    assert lab.ask("SELECT tracking_number, replaces FROM shipments ORDER BY ALL") == [
        (wrong, None),
        (right, wrong),
    ]
