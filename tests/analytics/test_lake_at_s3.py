"""The lake at an S3 address, read back by Polars, and by DuckDB through fsspec."""

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from obstore.fsspec import FsspecStore
from obstore.store import S3Store as Bucket
from pydantic import SecretStr

from connectors.lake_store import LakeOutOfReach, S3Store
from data.warehouse.analytics.lake import fill_lake
from tests.support.effort import for_long
from tests.support.s3 import KEYS, REGION, moto, polars_options, serving

PLACE = "s3://juchu/shops/lake"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(moto(tmp_path_factory.mktemp("moto"))) as address:
        yield address


def bucket(endpoint: str) -> dict[str, object]:
    return {
        "endpoint": endpoint,
        "region": REGION,
        "access_key_id": KEYS["AWS_ACCESS_KEY_ID"],
        "secret_access_key": KEYS["AWS_SECRET_ACCESS_KEY"],
        "client_options": {"allow_http": True},
    }


def store_at(endpoint: str, address: str = PLACE) -> S3Store:
    return S3Store(
        address,
        endpoint=endpoint,
        region=REGION,
        key_id=KEYS["AWS_ACCESS_KEY_ID"],
        secret=SecretStr(KEYS["AWS_SECRET_ACCESS_KEY"]),
    )


@for_long
def test_polars_and_duckdb_read_what_was_put(published, endpoint):
    link = published / "analytics.duckdb"
    first = fill_lake(link, store_at(endpoint))
    again = fill_lake(link, store_at(endpoint))
    with duckdb.connect(link, read_only=True) as con:
        ours = con.execute("SELECT count(*), sum(sales)::BIGINT FROM sales").fetchall()
    frame = pl.scan_parquet(
        f"{PLACE}/sales/**/*.parquet",
        storage_options=polars_options(endpoint),
    )
    views = bytes(
        Bucket("juchu", **bucket(endpoint)).get("shops/lake/views.sql").bytes()
    )
    with duckdb.connect() as con:
        con.register_filesystem(FsspecStore("s3", **bucket(endpoint)))
        con.execute(views.decode())
        theirs = con.execute(
            "SELECT count(*), sum(sales)::BIGINT FROM sales"
        ).fetchall()

    assert first.written == first.files > 0
    assert again is None
    assert frame.select(pl.len(), pl.col("sales").sum()).collect().rows() == ours
    assert theirs == ours


@for_long
def test_what_is_gone_is_deleted_there(published, endpoint, tmp_path):
    store = store_at(endpoint, "s3://juchu/other")
    (tmp_path / "file").write_bytes(b"one")
    for name in ("a/data.parquet", "a/data.parquet"):
        store.put(name, tmp_path / "file")
    found = store.read("a/data.parquet")
    store.delete("a/data.parquet")
    store.delete("a/data.parquet")

    assert found == b"one"
    assert store.read("a/data.parquet") is None


def test_an_address_that_does_not_answer_is_told_without_the_secret(monkeypatch):
    monkeypatch.setattr("connectors.lake_store.TRIES", 0)
    monkeypatch.setattr("connectors.lake_store.TIMEOUT", "1s")
    with pytest.raises(LakeOutOfReach, match="対処") as told:
        store_at("http://127.0.0.1:9").read("manifest.json")
    text = f"{told.value!r}{told.value}{told.value.__cause__}"

    assert PLACE in text
    assert "CANARY" not in text
