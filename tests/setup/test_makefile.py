"""What make hands on to the programs it starts."""

import importlib.util
import subprocess
import sys
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


@pytest.mark.parametrize(
    ("python", "installed"),
    [
        pytest.param(sys.executable, True, id="as it was installed"),
        pytest.param("/usr/bin/python3.1", False, id="gone"),
        pytest.param("a Python of another version", False, id="of another version"),
    ],
)
def test_what_the_systems_new_python_cannot_run_is_installed_anew(
    tmp_path, python, installed
):
    """Every target ended with "No such file" or "No module named", and went on so."""
    packages = Path(importlib.util.find_spec("prefect").origin).parents[1]
    site = tmp_path / ".venv/lib" / packages.parent.name / "site-packages"
    site.parent.mkdir(parents=True)
    link = tmp_path / ".venv/bin/python"
    link.parent.mkdir()
    if python.startswith("/"):
        link.symlink_to(python)
        site.symlink_to(packages)
    else:
        link.symlink_to(sys.executable)
        site.mkdir()
    (tmp_path / ".venv/pyvenv.cfg").write_text(
        f"home = {Path(sys.base_prefix) / 'bin'}"
    )
    for name in ("requirements.lock", ".venv/.installed"):
        (tmp_path / name).touch()
    done = subprocess.run(
        ["make", "-n", f"--file={ROOT}/Makefile", ".venv/.installed"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert ("requirements.lock" not in done.stdout) == installed, done.stdout
    assert ("rm -rf .venv" not in done.stdout) == installed
