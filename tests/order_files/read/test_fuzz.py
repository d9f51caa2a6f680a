"""Golden files, damaged: nothing but rows, rejects or a refusal may come of them.

Of 20,000 mutations in `make test-ci` the fast suite runs the first 40. A failure
prints the seed, which is the mutation's number.
"""

import random
import time

import pytest

from connectors.order_files import CsvRefused, read_order_file
from tests.order_files.read.test_golden import FOLDERS, sources
from tests.support.effort import EFFORT
from tests.support.mutations import cut, double, flip, inserting, remove

MUTATIONS, PARTS = (20_000, 20) if EFFORT in {"ci", "long"} else (40, 2)
INSERTS = [b'"', b",", b"\r", b"\n", b"\r\n", b"\0", b"\x1a", b"\x81", b"\xfc", b"\t"]
INSERTS += [b'""', b'","', b"\xef\xbb\xbf", b"\xe3\x81", b"1.2E+10", b"\x1f\x1e"]
LONGEST_S = 10.0
"""No damage makes a reader look at everything for everything: that took minutes.
140,000 rows of a sign each take two seconds on a slow machine."""


def lengthen(rng, content):
    at = rng.randrange(len(content))
    run = rng.choice((b"a", b'"', b",", b"\n", b"\x81\x40")) * rng.choice(
        (300, 140_000)
    )
    return content[:at] + run + content[at:]


insert = inserting(INSERTS)
KINDS = [flip, flip, flip, insert, insert, insert, remove, cut, double]
RARELY = 150
"""Long runs cost time in the parser, so only one mutation in so many is one."""


def mutated(number):
    """One golden file of each layout in turn, damaged one to three times."""
    rng = random.Random(number)  # noqa: S311
    folder = list(FOLDERS)[number % len(FOLDERS)]
    contents = [path.read_bytes() for path in sources(folder)]
    at = rng.randrange(len(contents))
    kinds = (
        [lengthen] if number % RARELY == 0 else rng.choices(KINDS, k=rng.randint(1, 3))
    )
    for kind in kinds:
        contents[at] = kind(rng, contents[at] or b"x")
    return folder, contents


def outcome(paths, mall):
    """Return what came of a file: its number of rows, or the code of its refusal."""
    try:
        with read_order_file(paths, mall) as file:
            batches = list(file.batches())
    except CsvRefused as refused:
        return refused.code
    return sum(batch.rows.height + batch.rejects.height for batch in batches)


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_files_are_read_or_refused_and_never_crash(tmp_path, part):
    slowest, unreadable = 0.0, []
    for number in range(part, MUTATIONS, PARTS):
        folder, contents = mutated(number)
        paths = [tmp_path / f"{at}.csv" for at in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        start = time.process_time()
        if outcome(paths, FOLDERS[folder]) == "unreadable":
            unreadable.append(number)
        slowest = max(slowest, time.process_time() - start)

    assert unreadable == []
    assert slowest < LONGEST_S
