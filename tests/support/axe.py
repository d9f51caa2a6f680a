"""axe-core over a page: what keeps people with a screen reader or a keyboard out."""

import shutil
import subprocess
import tarfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import Page

VERSION = "4.14.1"
SERIOUS = {"serious", "critical"}


def serious_faults(page: Page) -> list[tuple[str, str]]:
    """What axe calls serious or worse on the page: rule and the first place of each."""
    page.evaluate(_axe())  # by the debugger, so that the page's CSP stays as it is
    found: dict[str, Any] = page.evaluate("axe.run(document)")
    return [
        (one["id"], one["nodes"][0]["html"])
        for one in found["violations"]
        if one["impact"] in SERIOUS
    ]


@cache
def _axe() -> str:
    """The script, from npm; a machine without npm skips the test."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm, for axe-core")
    with TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"axe-core@{VERSION}"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        (packed,) = Path(folder).glob("axe-core-*.tgz")
        with tarfile.open(packed) as archive:
            file = archive.extractfile("package/axe.min.js")
            assert file is not None
            return file.read().decode("utf-8")
