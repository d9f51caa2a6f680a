"""Starts sandboxes for tests; the control API itself is spoken by `SandboxControl`."""

import subprocess
import sys
from pathlib import Path
from typing import Self

from connectors.sandbox.control_api.remote import SandboxControl, ShopKeys

__all__ = ["Sandbox", "ShopKeys", "lab_settings"]

_ROOT = Path(__file__).parents[2]


def lab_settings(
    rms: SandboxControl,
    home: Path,
    *,
    shop: ShopKeys | None = None,
    deadline_s: float = 2,
) -> dict[str, str]:
    """Describe a shop of the sandbox as `lab` in the environment; nothing is paced."""
    known = shop or rms.shops["demo"]
    return {
        "JUCHU_HOME": str(home),
        "JUCHU_RMS_URL": rms.url,
        "JUCHU_RMS_REQUESTS_PER_SECOND": "0",
        "JUCHU_RMS_DEADLINE_S": str(deadline_s),
        "JUCHU_SHOP_LAB_SHOP_ID": known.shop_id,
        "JUCHU_SHOP_LAB_SERVICE_SECRET": known.service_secret,
        "JUCHU_SHOP_LAB_LICENSE_KEY": known.license_key,
    }


class Sandbox(SandboxControl):
    """One sandbox process of our own; every method is one call of its control API."""

    def __init__(self, process: subprocess.Popen[str], first_line: str) -> None:
        super().__init__(first_line)
        self.process = process

    @classmethod
    def start(cls, *options: str) -> Self:
        """Start `python -m connectors.sandbox` on a free port with more options."""
        process = subprocess.Popen(
            [sys.executable, "-m", "connectors.sandbox", "--port", "0", *options],
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
        )
        assert process.stdout is not None
        return cls(process, process.stdout.readline())

    def stop(self) -> int:
        """Ask the process to end and return its exit status."""
        self.close()
        self.process.terminate()
        status = self.process.wait(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
