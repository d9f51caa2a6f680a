"""Where a test moves time, the receiver dates notices by the clock that it shares."""

from datetime import datetime, timedelta

import orjson

from connectors.notices.server import receiver_parts
from connectors.settings.reading import read_settings
from data.model.japan_time import JST

A_MOMENT = datetime(2027, 3, 1, 9, tzinfo=JST)


def test_a_notice_is_dated_by_the_clock_of_the_test(tmp_path, monkeypatch):
    clock = tmp_path / "clock.json"
    clock.write_bytes(orjson.dumps({"held_at": A_MOMENT.isoformat(), "offset_s": 0}))
    monkeypatch.setenv("JUCHU_HOME", str(tmp_path))
    monkeypatch.setenv("JUCHU_RMS_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("JUCHU_TEST_CLOCK", str(clock))

    assert receiver_parts(read_settings()).now() == A_MOMENT


def test_without_one_it_is_dated_by_this_machines(tmp_path, monkeypatch):
    monkeypatch.setenv("JUCHU_HOME", str(tmp_path))

    off = receiver_parts(read_settings()).now() - datetime.now(JST)
    assert abs(off) < timedelta(minutes=1)
