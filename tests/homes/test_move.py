"""What a person reads where a home cannot be copied to the other host."""

from pathlib import Path

import pytest

from tasks.homes.move import HomeMoveRefused, _copy


@pytest.mark.parametrize(
    ("said", "told"),
    [("first\nssh: no route", "ssh: no route"), ("", "rsync 12")],
)
def test_a_copy_that_failed_is_told_with_the_last_line_rsync_said(
    tmp_path, monkeypatch, said, told
):
    rsync = tmp_path / "rsync"
    rsync.write_text(f"#!/bin/sh\nprintf '%s' '{said}' >&2\nexit 12\n")
    rsync.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(HomeMoveRefused) as refused:
        _copy(Path("home"), "host-b:/srv/juchu/home-1")

    assert f"コピーできません({told})。移動していません。対処:" in str(refused.value)
