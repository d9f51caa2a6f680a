"""The day's page shows what the published copy knows, whatever else is away."""

from datetime import timedelta
from pathlib import Path

import pytest
from markupsafe import escape

from data.model.matter import MATTER_WORDS, MatterKind
from data.warehouse.analytics.publish import publish
from data.warehouse.session import warehouse
from tasks.desk.remedies import REMEDIES
from tasks.desk.today import STALE_AFTER
from tests.analytics.filled import fill
from tests.desk.conftest import AtDesk
from tests.support.orders import SHOP_ID

KIND = MatterKind.CSV_REJECT


@pytest.fixture
def desk(home: Path, desk: AtDesk) -> AtDesk:
    """A desk over a published copy of five orders."""
    path = home / "juchu.duckdb"
    with warehouse(path) as con:
        fill(con)
        con.execute(
            "INSERT INTO shops BY NAME SELECT 'mihon' AS shop, 'rakuten' AS mall,"
            " $id AS shop_id, '稼働中' AS stage, $ends AS license_expires_at,"
            " $now AS updated_at",
            {
                "id": SHOP_ID,
                "ends": desk.clock[0] + timedelta(days=9, hours=3),
                "now": desk.clock[0],
            },
        )
    publish(path, home / "analytics.duckdb", desk.clock[0])
    return desk


def test_the_day_says_what_stands_where_what_waits_and_how_it_ends(desk):
    page = desk.browser.get("/").text
    assert "2026年07月01日 09:30 時点" in page
    assert "mihon" in page
    assert "あと9日" in page
    assert MATTER_WORDS[KIND] in page
    assert escape(REMEDIES[KIND].words) in page
    assert "Prefect サーバーがまだ起動されていません" in page


def test_a_copy_that_missed_a_morning_says_so(desk):
    assert "1日以上更新されていません" not in desk.browser.get("/").text
    desk.clock.append(desk.clock[0] + STALE_AFTER + timedelta(minutes=1))
    desk.sign_in()
    assert "1日以上更新されていません" in desk.browser.get("/").text


def test_it_is_read_while_a_flow_has_the_warehouse(desk):
    with warehouse(desk.home / "juchu.duckdb"):
        assert desk.browser.get("/").status_code == 200
        assert desk.browser.get("/matters/csv_reject").status_code == 200


def test_each_matter_can_be_taken_off_only_with_a_reason(desk):
    page = desk.browser.get(f"/matters/{KIND}").text
    assert "一覧から外す" in page
    sent = desk.send(f"/matters/{KIND}", f"/matters/{KIND}", key="1", note=" ")
    assert (sent.status_code, "理由" in sent.text) == (422, True)
    sent = desk.send(f"/matters/{KIND}", f"/matters/{KIND}", key="1", note="済")
    assert (sent.status_code, "make server" in sent.text) == (503, True)
    assert desk.browser.get("/matters/nothing").status_code == 404


def test_before_the_first_order_it_says_how_to_begin(make_desk):
    desk = make_desk()
    desk.sign_in()
    assert "まだデータがありません" in desk.browser.get("/").text


def test_every_kind_has_its_remedy():
    assert set(REMEDIES) == set(MatterKind)
