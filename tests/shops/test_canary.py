"""The search for leaked secrets finds them, however they are written."""

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.canary import leaks

SECRET = "SL123456_CANARY+/é-7f3a"
WRITTEN = {
    "raw": SECRET.encode(),
    "in a URL": f"?licenseKey={quote(SECRET, safe='')}&x=1".encode(),
    "in JSON": rb'{"key": "SL123456_CANARY+/\u00e9-7f3a"}',
    "in UTF-16": f"key {SECRET}".encode("utf-16-le"),
} | {
    f"base64 after {n} signs": base64.b64encode(
        b"s" * n + b":" + SECRET.encode() + b"!"
    )
    for n in range(6)
}


@pytest.mark.parametrize("content", WRITTEN.values(), ids=WRITTEN)
def test_a_secret_is_found_however_it_is_written(tmp_path: Path, content: bytes):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file.log").write_bytes(b"before " + content + b" after")
    (tmp_path / "clean.log").write_bytes(b"nothing here")

    assert leaks(tmp_path, [SECRET]) == ["deep/file.log"]


def test_what_is_left_out_is_not_looked_into(tmp_path: Path):
    (tmp_path / "juchu.duckdb.wal").write_bytes(SECRET.encode())

    assert leaks(tmp_path, [SECRET], except_in=["juchu.duckdb"]) == []
