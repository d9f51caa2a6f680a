"""What make hands on to the programs it starts."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("given", "shown"), [(["HOME=home-1"], "[] home-1"), ([], "[/home/taro] ")]
)
def test_the_name_of_a_home_is_not_the_users_folder(tmp_path, given, shown):
    file = tmp_path / "more.mk"
    recipe = '@echo "[$$HOME] "$(call quoted,$(home_given))'
    file.write_text(f"show:\n\t{recipe}\n")
    done = subprocess.run(
        [
            "make",
            "--silent",
            f"--file={ROOT}/Makefile",
            f"--file={file}",
            "show",
            *given,
        ],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": "/home/taro"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip("\n") == shown
