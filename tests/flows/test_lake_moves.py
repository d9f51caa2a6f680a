"""A lake that moves to another service at the same address, on two real servers."""

from pathlib import Path

import polars as pl
import pytest

from flows.ingest_orders import ingest_orders
from flows.publish_analytics import publish_analytics
from tests.support.effort import for_long
from tests.support.s3 import KEYS, REGION, moto, polars_options, serving
from tests.support.sandbox import Sandbox

PLACE = "s3://juchu/lake"


def keys(endpoint: str) -> list[str | None]:
    """Return the buyers' keys of the orders that stand there."""
    place = f"{PLACE}/orders/**/*.parquet"
    frame = pl.read_parquet(place, storage_options=polars_options(endpoint))
    return frame.sort("order_number")["buyer_key"].to_list()


@for_long
def test_a_lake_that_moves_to_another_service_keeps_no_key_at_the_first(
    lab: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """At the same address; then a setting that is the same service in other words."""
    monkeypatch.setenv("JUCHU_LAKE", PLACE)
    monkeypatch.setenv("JUCHU_LAKE_REGION", REGION)
    monkeypatch.setenv("JUCHU_LAKE_KEY_ID", KEYS["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("JUCHU_LAKE_SECRET", KEYS["AWS_SECRET_ACCESS_KEY"])
    lab.sell(2)
    ingest_orders("lab")
    python = moto(tmp_path)
    with serving(python) as first, serving(python) as other:
        monkeypatch.setenv("JUCHU_LAKE_ENDPOINT", first)
        publish_analytics()
        before = keys(first)
        monkeypatch.setenv("JUCHU_LAKE_ENDPOINT", other)
        state = publish_analytics(return_state=True)
        moved = keys(first), keys(other)
        monkeypatch.setenv("JUCHU_LAKE_REGION", "ap-northeast-1")
        publish_analytics()
        renamed = keys(other)

    assert state.is_completed(), state.message
    assert None not in before
    assert moved == ([None, None], before)
    assert renamed == before
