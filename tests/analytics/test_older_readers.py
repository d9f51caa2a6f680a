"""DuckDB 1.4 and 1.5, in environments of their own, read all of the copy."""

import subprocess
import sys
from pathlib import Path

import pytest

from data.warehouse.analytics.marts import read_marts
from tests.analytics.test_versions import SWAPS, WRITER, swap
from tests.support.effort import for_long

READ = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
for (view,) in con.execute(
    "SELECT view_name FROM duckdb_views() WHERE NOT internal"
).fetchall():
    con.execute(f'SELECT count(*) FROM (SELECT * FROM "{view}" LIMIT 1000)').fetchall()
    print(view)
print(con.execute("SELECT orders FROM freshness").fetchone()[0])
"""
OURS = "2.0"
WRITERS = {"1.4.5": OURS, "1.5.6": "1.5.6"}
"""Who writes into the copy that an older one reads: 1.4 is to read only (ADR 24)."""


@pytest.fixture(scope="module", params=list(WRITERS))
def older(request, tmp_path_factory) -> tuple[str, str]:
    """An older version, and the Python that has it."""
    folder = tmp_path_factory.mktemp("venv")
    python = str(folder / "bin" / "python")
    uv = str(Path(sys.executable).with_name("uv"))
    make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
    subprocess.run(make, check=True)
    install = [uv, "pip", "install", "--quiet", "--python", python]
    subprocess.run([*install, f"duckdb=={request.param}"], check=True)
    return request.param, python


def read_by(python: str, link: Path) -> list[str]:
    """Return the views that it read, and last how many orders it found."""
    return subprocess.run(
        [python, "-c", READ, str(link)], capture_output=True, text=True, check=True
    ).stdout.split()


@for_long
def test_an_older_duckdb_reads_every_view(published, older):
    _, python = older
    *views, orders = read_by(python, published / "analytics.duckdb")

    assert sorted(views) == sorted(mart.name for mart in read_marts())
    assert orders == "5"


@for_long
def test_an_older_duckdb_reads_each_copy_while_a_client_writes_into_the_first(
    tmp_path, older
):
    """Committed and uncommitted writes through ten copies, and a kill at the end."""
    version, python = older
    writer = sys.executable if WRITERS[version] == OURS else python
    link = tmp_path / "analytics.duckdb"
    swap(link, 1, 0)
    with subprocess.Popen(
        [writer, "-c", WRITER, str(link)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        told = [client.stdout.readline().strip()]
        seen = []
        for number in range(2, SWAPS + 2):
            swap(link, number, number * 60)
            seen.append(read_by(python, link))
            client.stdin.write("\n")
            client.stdin.flush()
            told.append(client.stdout.readline().strip())
        client.kill()

    assert seen == [[str(number)] for number in range(2, SWAPS + 2)]
    assert told == ["1", *(f"1 {mine}" for mine in range(3, SWAPS + 3))]
    assert read_by(python, link) == [str(SWAPS + 1)]
