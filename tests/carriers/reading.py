"""What a read or a refusal of a carrier's file shows of it."""

import pytest

from connectors.carriers import CsvRefused


def refusal(read, content, carrier="yamato", **how):
    with pytest.raises(CsvRefused) as found:
        read(content, carrier, **how)
    return found.value


def numbers(file):
    return [row.tracking_number for row in file.rows]


def set_aside(file):
    return [(one.row_number, one.column_name) for one in file.rejects]
