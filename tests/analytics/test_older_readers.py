"""DuckDB 1.4 and 1.5, in environments of their own, read all of the copy."""

import subprocess
import sys
from pathlib import Path

import pytest

from data.warehouse.analytics.marts import read_marts
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


@for_long
@pytest.mark.parametrize("version", ["1.4.5", "1.5.6"])
def test_an_older_duckdb_reads_every_view(published, tmp_path, version):
    python = tmp_path / "venv" / "bin" / "python"
    uv = str(Path(sys.executable).with_name("uv"))
    make = [uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv")]
    subprocess.run(make, check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    subprocess.run([*install, f"duckdb=={version}"], check=True)
    read = subprocess.run(
        [str(python), "-c", READ, str(published / "analytics.duckdb")],
        capture_output=True,
        text=True,
        check=True,
    )
    *views, orders = read.stdout.split()

    assert sorted(views) == sorted(mart.name for mart in read_marts())
    assert orders == "5"
