"""No hash in the warehouse tells who bought to somebody without the key."""

import gzip
import shutil
import stat
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from data.model.order import Order
from data.warehouse.errors import KeyDamaged
from data.warehouse.invariants import violations
from data.warehouse.orders import content as of_orders
from data.warehouse.orders.content import content_of
from data.warehouse.orders.store import store_orders
from data.warehouse.people_key import KEY_FILE
from data.warehouse.session import warehouse
from tests.support.orders import an_order, at
from tests.support.planted import caught

GOLDEN = Path(__file__).parent / "golden" / "warehouse-0010.duckdb.gz"


def hashes(con: DuckDBPyConnection) -> set[str]:
    """Every hash of an order's content that stands anywhere."""
    return {
        text
        for (text,) in con.execute(
            "SELECT content_hash FROM orders UNION SELECT content_hash FROM order_log"
        ).fetchall()
    }


def found_by_trying(order: Order, con: DuckDBPyConnection) -> bool:
    """Whether the last digits of the phone are found as they were before the key."""
    content, people, _ = content_of(order, "")
    phone = next(person.phone for person in order.people if person.phone)
    known = hashes(con)
    return any(
        sha256(
            f"{content}\n{people.replace(phone, f'{phone[:-3]}{digits:03}')}".encode()
        ).hexdigest()
        in known
        for digits in range(1000)
    )


def play(con: DuckDBPyConnection) -> None:
    order = an_order()
    store_orders(con, [order], source="api", stored_at=at(1), load_id="l")
    assert not found_by_trying(order, con)
    assert sha256(content_of(order, "")[2].encode()).hexdigest() not in hashes(con)


def test_a_phone_number_is_not_found_by_trying(undone):
    play(undone)


def test_a_hash_without_a_key_is_caught(undone, monkeypatch):
    monkeypatch.setattr(
        of_orders, "keyed", lambda _key, text: sha256(text.encode()).hexdigest()
    )

    with caught():
        play(undone)


def test_hashes_of_the_release_before_are_keyed_and_still_known(path):
    path.write_bytes(gzip.decompress(GOLDEN.read_bytes()))
    before = sha256_hashes(path)
    with warehouse(path) as con:
        key = (path.parent / KEY_FILE).read_text(encoding="ascii").strip()
        wanted = {sha256((key + one).encode()).hexdigest() for one in before}
        now = hashes(con)
        assert violations(con) == []

    assert len(before) > 2
    assert wanted <= now
    assert not before & now


def sha256_hashes(path: Path) -> set[str]:
    """The bare hashes of a file that this release has not opened yet."""
    with duckdb.connect(path, read_only=True) as con:
        return {one for one in hashes(con) if len(one) == 64}


def test_the_key_is_made_once_and_for_its_owner_only(home):
    file = home / KEY_FILE
    with warehouse(home / "juchu.duckdb"):
        pass
    first = file.read_bytes()
    with warehouse(home / "juchu.duckdb"):
        pass

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == first
    assert sorted(one.name for one in home.iterdir()) == ["juchu.duckdb", KEY_FILE]


def test_the_key_is_not_in_the_warehouse(path):
    with warehouse(path) as con:
        store_orders(con, [an_order()], source="api", stored_at=at(1), load_id="l")
    key = (path.parent / KEY_FILE).read_bytes().strip()

    assert key not in path.read_bytes()


def test_a_file_that_is_no_key_stops_everything(path):
    (path.parent / KEY_FILE).write_text("secret", encoding="ascii")

    with pytest.raises(KeyDamaged, match="対処"), warehouse(path):
        pass


def test_without_its_key_every_order_shown_counts_as_changed_once(path, tmp_path):
    with warehouse(path) as con:
        store_orders(con, [an_order()], source="api", stored_at=at(1), load_id="l")
    shutil.move(path.parent / KEY_FILE, tmp_path)

    told = []
    for minute in (6, 7):
        with warehouse(path) as con:
            told.append(
                store_orders(
                    con,
                    [an_order(minute=minute)],
                    source="api",
                    stored_at=at(minute),
                    load_id="l",
                )
            )
            assert violations(con) == []

    assert [(one.changed, one.unchanged) for one in told] == [(1, 0), (0, 1)]
