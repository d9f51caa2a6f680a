from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.order_files import CsvRefused
from connectors.stock_files import read_stock_file
from tests.stock.count_files import HEADER
from tests.stock.made import a_count, count
from tests.stock.shop_of_flows import Shelf, quick_shelf
from tests.support.sandbox import Sandbox


@pytest.fixture
def counted(con):
    """Ten teas were counted."""
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    return con


@pytest.fixture
def read(tmp_path):
    """Write a file's text, or its bytes, and read it."""

    def write_and_read(*rows, header=HEADER, encoding="utf-8", text=None):
        path = tmp_path / "count.csv"
        content = text if text is not None else "\r\n".join([header, *rows, ""])
        raw = content if isinstance(content, bytes) else content.encode(encoding)
        path.write_bytes(raw)
        return read_stock_file(path)

    return write_and_read


@pytest.fixture
def refused(read):
    """Read a file that must be refused; give the refusal."""

    def read_and_fail(*rows, **more):
        with pytest.raises(CsvRefused) as caught:
            read(*rows, **more)
        return caught.value

    return read_and_fail


@pytest.fixture
def shelf(sandbox: Sandbox, home: Path) -> Iterator[Shelf]:
    """A shop whose stock flows run in this process, without Prefect."""
    with quick_shelf(sandbox, home) as opened:
        yield opened
