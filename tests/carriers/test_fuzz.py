"""Golden files, damaged: nothing but parcels, rejects or a refusal may come of them.

`make test-ci` runs more mutations than the fast suite. A failure prints the mutation's
number, which is its seed.
"""

import random

from connectors.carriers import CsvRefused, read_shipment_file
from data.model.shipping.tracking_number import normalised
from tests.carriers.test_golden import FOLDERS, GOLDEN
from tests.support.effort import times
from tests.support.mutations import cut, double, flip, inserting, remove

MUTATIONS = times(700)
INSERTS = [b'"', b",", b"\r", b"\n", b"\r\n", b"\0", b"\x1a", b"\x81", b"\xfc", b"\t"]
INSERTS += [b'""', b'","', b"\xef\xbb\xbf", b"\xe3\x81", b"1.2E+10", b"0", b"\x80"]


insert = inserting(INSERTS)
KINDS = [flip, flip, flip, insert, insert, remove, cut, double]


def mutated(number):
    """One golden file of each layout in turn, damaged one to three times."""
    rng = random.Random(number)  # noqa: S311 - repeatable chance, not secrets
    folder = list(FOLDERS)[number % len(FOLDERS)]
    content = (GOLDEN / folder / "in.csv").read_bytes()
    for kind in rng.choices(KINDS, k=rng.randint(1, 3)):
        content = kind(rng, content or b"x")
    return FOLDERS[folder], content


def what_came(path, carrier):
    """Return what is wrong with what came of a file; None if nothing is."""
    try:
        file = read_shipment_file(path, carrier)
    except CsvRefused as refused:
        return refused.code if refused.code == "unreadable" else None
    if file.rows_read != len(file.rows) + len(file.rejects) + file.left_out:
        return "rows were lost"
    odd = [row for row in file.rows if normalised(row.tracking_number) == ""]
    return "a number was empty" if odd else None


def test_damaged_files_are_read_or_refused_and_never_crash(tmp_path):
    path = tmp_path / "in.csv"
    wrong = []
    for number in range(MUTATIONS):
        carrier, content = mutated(number)
        path.write_bytes(content)
        if what := what_came(path, carrier):
            wrong.append((number, what))

    assert wrong == []
