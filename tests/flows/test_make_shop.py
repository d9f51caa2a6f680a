"""`make shop` in a terminal: the block is made, RMS is asked, no key is seen."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient

from tasks.setup.services import ROOT, Services
from tests.support.effort import for_long
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
HANDLE = "own-shop"
CTRL_C = "\x03"


def in_a_terminal(services: Services, home: Path, *lines: str) -> tuple[int, str]:
    """Run it where a person sits, who types the lines; return its end and screen."""
    here, there = pty.openpty()
    env = dict(services.env) | {"JUCHU_HOME": str(home)}
    running = subprocess.Popen(
        [sys.executable, "-m", "tasks.setup.shop"],
        env=env | {"PREFECT_LOGGING_LEVEL": "ERROR"},
        cwd=ROOT,
        stdin=there,
        stdout=there,
        stderr=there,
        start_new_session=True,
    )
    os.close(there)
    screen, left = "", list(lines)
    try:
        while seen := os.read(here, 4096):
            screen += seen.decode(errors="replace")
            if screen.endswith("> ") and left:
                line = left.pop(0)
                if line == CTRL_C:
                    until(lambda: _reads(running.pid))
                    running.send_signal(signal.SIGINT)
                else:
                    os.write(here, f"{line}\n".encode())
    except OSError:  # the other end is closed: it has ended
        pass
    finally:
        os.close(here)
    return running.wait(60), screen


def _reads(pid: int) -> bool:
    """Return whether the process waits for what is typed: in read(2), of 0."""
    return Path(f"/proc/{pid}/syscall").read_text("ascii").startswith("0 0x0 ")


@for_long
def test_ctrl_c_ends_it_at_a_question(services: Services, tmp_path: Path):
    """It went on until Enter, which was taken for an answer to the question."""
    status, screen = in_a_terminal(services, tmp_path, CTRL_C)

    assert (status, "ブロックは変更していません" in screen) == (1, True), screen


@for_long
def test_a_shop_of_ones_own_gets_a_block_and_the_next_step(
    services: Services, prefect_api: SyncPrefectClient, tmp_path: Path
):
    (keys,) = (k for name, k in services.sandbox.shops.items() if name != "demo")
    secrets = (keys.service_secret, keys.license_key, keys.notice_auth_key)
    answers = (
        *(HANDLE, keys.shop_id, keys.shop_url, keys.service_secret, keys.license_key),
        *("2099-12-31", keys.notice_auth_key, keys.contract_id),
    )
    status, screen = in_a_terminal(services, tmp_path, *answers)
    block = prefect_api.read_block_document_by_name(
        HANDLE, "rms-shop", include_secrets=True
    )
    again, asked = in_a_terminal(services, tmp_path, *answers[:-1], "C2", "n")
    after = prefect_api.read_block_document_by_name(
        HANDLE, "rms-shop", include_secrets=True
    )

    assert (status, "接続できました" in screen) == (0, True), screen
    assert f"-p shop={HANDLE}" in screen
    assert [secret for secret in secrets if secret in screen] == []
    assert block.data["license_key"] == keys.license_key
    assert (again, "すでにあります" in asked) == (1, True), asked
    assert after.data == block.data
