"""The Prefect server in use: of `prefect.env`, or the one the environment names."""

import os
import sys

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import API_URL, prefect_environment
from connectors.settings import SettingsProblem, read_settings
from tasks.setup.one_certificate import one_certificate


def environment_of_server() -> dict[str, str]:
    """Return this process's environment with the server in use and the login for it.

    Prefect would start a temporary server of its own where it finds none, and what is
    registered there is gone with it: that is switched off.

    Raises:
        SystemExit: with a sentence, where no server answers or none lets us in.

    """
    try:
        home = read_settings().home
    except SettingsProblem as problem:
        sys.exit(f"{problem}")
    known = prefect_environment(home)
    if why := why_closed(api_of(known)):
        sys.exit(why)
    return {
        **one_certificate(home, known.get(API_URL, "")),
        **os.environ,
        **known,
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    }
