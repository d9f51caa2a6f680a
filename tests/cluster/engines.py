"""What a cluster stands on: PostgreSQL, Redis, two APIs of Prefect and its services."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from connectors.prefect_api import PrefectApi, why_closed
from tasks.setup.services import ROOT
from tests.cluster.bed import Bed
from tests.operations.containers import postgres_folder
from tests.support.waiting import until

PATIENCE_S = 300.0
ROWS = (
    "SELECT 'rows of ' || relname, n_live_tup FROM pg_stat_user_tables"
    " WHERE n_live_tup > 100 ORDER BY 2 DESC LIMIT 8"
)
SIZE = "SELECT 'MB', pg_database_size('prefect') / 1000000"


def start_engines(bed: Bed) -> None:
    """Start PostgreSQL with an empty database, and Redis with an append-only file."""
    data = bed.folder / "postgres"
    data.mkdir(mode=0o700)
    redis = shutil.which("redis-server") or shutil.which("valkey-server")
    if postgres_folder() is None or redis is None:
        sys.exit("PostgreSQL and Redis are needed: apt install postgresql redis-server")
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL does not run as root
        bed.folder.chmod(0o711)
        shutil.chown(data, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    made = [_program("initdb"), "-D", f"{data}", "-A", "trust", "-U", "prefect"]
    subprocess.run([*as_user, *made], check=True, capture_output=True, cwd="/")
    place = ["-D", f"{data}", "-p", f"{bed.postgres_port}", "-k", f"{data}"]
    command = [*as_user, _program("postgres"), *place, "-c", "max_connections=300"]
    bed.processes.start("postgres", command, bed.env)
    until(lambda: _created(bed), PATIENCE_S)
    keep = ["--dir", f"{bed.folder}", "--appendonly", "yes", "--save", ""]
    bed.processes.start("redis", [redis, "--port", f"{bed.redis_port}", *keep], bed.env)


def _program(name: str) -> str:
    return str(Path(postgres_folder() or "") / name)


def _created(bed: Bed) -> bool:
    where = ["-h", "127.0.0.1", "-p", f"{bed.postgres_port}", "-U", "prefect"]
    done = subprocess.run(
        [_program("createdb"), *where, "prefect"], capture_output=True, check=False
    )
    return not done.returncode


def rows(bed: Bed) -> dict[str, int]:
    """Return how many rows PostgreSQL counts in its largest tables, and its size."""
    where = ["-h", "127.0.0.1", "-p", f"{bed.postgres_port}", "-U", "prefect"]
    done = subprocess.run(
        [_program("psql"), *where, "-AtF", " ", "-c", ROWS, "-c", SIZE, "prefect"],
        capture_output=True,
        text=True,
        check=True,
    )
    told = [line.rpartition(" ") for line in done.stdout.splitlines()]
    return {what: int(number) for what, _, number in told}


def server_settings(bed: Bed) -> dict[str, str]:
    """Return the settings of docs/scaling.md for every process of the server."""
    redis = {"HOST": "127.0.0.1", "PORT": f"{bed.redis_port}"}
    address = f"prefect@127.0.0.1:{bed.postgres_port}/prefect"
    return {
        "PREFECT_API_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{address}",
        "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
        "PREFECT_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_DOCKET_URL": f"redis://127.0.0.1:{bed.redis_port}/1",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": (
            "prefect_redis.cleanup_queue"
        ),
        **{f"PREFECT_REDIS_MESSAGING_{k}": v for k, v in redis.items()},
        **{f"PREFECT_REDIS_WORKER_CLEANUP_QUEUE_{k}": v for k, v in redis.items()},
    }


def start_server(bed: Bed) -> None:
    """Make the tables, start one API after the other, and then the services."""
    env = bed.env | server_settings(bed)
    prefect = [sys.executable, "-m", "prefect", "server"]
    subprocess.run(
        [*prefect, "database", "upgrade", "-y"],
        env=env,
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for n, port in enumerate(bed.api_ports):
        more = {"PREFECT_SERVER_API_PORT": f"{port}"}
        bed.processes.start(
            f"api-{n}", [*prefect, "start", "--no-services"], env | more
        )
        until_api(bed, n)
    bed.processes.start("services", [*prefect, "services", "start"], env)


def until_api(bed: Bed, n: int) -> None:
    """Return once that API answers."""
    until(lambda: not why_closed(PrefectApi(bed.api(n))), PATIENCE_S)
