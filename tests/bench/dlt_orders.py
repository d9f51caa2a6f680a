"""The peer: the same orders by dlt's REST client, merged into DuckDB by dlt."""

import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dlt
from dlt.sources.helpers.rest_client import RESTClient

from data.model.japan_time import JST
from tests.bench.measured import Stopwatch, report

HALF = timedelta(days=31)
FORM = "%Y-%m-%dT%H:%M:%S+0900"


def client(url: str, secret: str, key: str) -> RESTClient:
    token = b64encode(f"{secret}:{key}".encode()).decode()
    return RESTClient(
        base_url=f"{url}/es/2.0/order/",
        headers={
            "Authorization": f"ESA {token}",
            "Content-Type": "application/json; charset=utf-8",
        },
    )


@dlt.resource(name="orders", primary_key="orderNumber", write_disposition="merge")
def orders(rms: RESTClient) -> Iterator[list[dict[str, Any]]]:
    """Search by pages of 1,000 and read by 100, as our own flow does."""
    end = datetime.now(JST)
    for start in (end - HALF, end - 2 * HALF):  # RMS shows 15,000 a search
        yield from window(rms, start, start + HALF)


def window(
    rms: RESTClient, start: datetime, end: datetime
) -> Iterator[list[dict[str, Any]]]:
    page, pages = 1, 1
    while page <= pages:
        found = rms.post(
            "searchOrder/",
            json={
                "dateType": 1,
                "startDatetime": start.strftime(FORM),
                "endDatetime": end.strftime(FORM),
                "PaginationRequestModel": {
                    "requestRecordsAmount": 1000,
                    "requestPage": page,
                    "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
                },
            },
        ).json()
        pages = found["PaginationResponseModel"]["totalPages"] or 0
        numbers = found["orderNumberList"]
        for at in range(0, len(numbers), 100):
            chunk = {"orderNumberList": numbers[at : at + 100], "version": 10}
            yield rms.post("getOrder/", json=chunk).json()["OrderModelList"]
        page += 1


def main(folder: str, url: str, secret: str, key: str) -> None:
    pipeline = dlt.pipeline(
        "peer",
        pipelines_dir=f"{folder}/state",
        destination=dlt.destinations.duckdb(str(Path(folder) / "dlt.duckdb")),
        dataset_name="rms",
    )
    watch = Stopwatch()
    pipeline.run(orders(client(url, secret, key)))
    spent = watch.read()
    with pipeline.sql_client() as sql:
        rows = sql.execute_sql("SELECT count(*) FROM orders")
    report(spent, rows[0][0] if rows else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
