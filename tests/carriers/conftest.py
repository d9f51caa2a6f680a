import pytest

from connectors.carriers import read_shipment_file


@pytest.fixture
def read(tmp_path):
    """Write bytes to a file and read it."""

    def read_bytes(content, carrier="yamato", **how):
        path = tmp_path / "in.csv"
        path.write_bytes(content)
        return read_shipment_file(path, carrier, **how)

    return read_bytes
