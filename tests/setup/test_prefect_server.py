"""Prefect's server as we start it: transactions in turn, few looks at its services."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from docket import Docket, Worker
from prefect.server.api import background_workers
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tasks.setup.prefect_server import WritersInTurn, look_less_often

PATIENCE_S = 0.5


async def one_within_the_other(database: AioSqliteConfiguration) -> int:
    """Read, let another transaction write if it can, write; return the sum of both."""
    engine = await database.engine()
    async with engine.begin() as con:
        await con.execute(text("CREATE TABLE runs (started INTEGER)"))
        await con.execute(text("INSERT INTO runs VALUES (0)"))

    async def write() -> None:
        session = await database.session(engine)
        async with session, database.begin_transaction(session):
            await session.execute(text("UPDATE runs SET started = started + 1"))

    async def read_and_write() -> None:
        session = await database.session(engine)
        async with session, database.begin_transaction(session):
            await session.execute(text("SELECT started FROM runs"))
            others.append(asyncio.create_task(write()))
            await asyncio.wait(others, timeout=PATIENCE_S)
            await session.execute(text("UPDATE runs SET started = started + 1"))

    others: list[asyncio.Task[None]] = []
    try:
        await read_and_write()
        await asyncio.gather(*others)
        async with engine.connect() as con:
            return int((await con.execute(text("SELECT started FROM runs"))).scalar())
    finally:
        await engine.dispose()


def test_one_that_reads_and_writes_is_not_refused_for_another(tmp_path: Path):
    ours = WritersInTurn(connection_url=f"sqlite+aiosqlite:///{tmp_path}/prefect.db")

    assert asyncio.run(one_within_the_other(ours)) == 2


def test_as_prefect_begins_them_it_is_refused(tmp_path: Path):
    """The reason for ours: when this passes no more, Prefect does it by itself."""
    theirs = AioSqliteConfiguration(
        connection_url=f"sqlite+aiosqlite:///{tmp_path}/prefect.db"
    )

    with pytest.raises(OperationalError, match="locked"):
        asyncio.run(one_within_the_other(theirs))


def test_its_worker_looks_once_a_second_for_services_that_are_due(
    monkeypatch: pytest.MonkeyPatch,
):
    """The worker that the server really starts, not one that the test makes."""
    begun: list[Worker] = []

    async def forever(self: Worker) -> None:
        begun.append(self)

    async def start() -> None:
        async with (
            Docket(name="calm", url="memory://calm") as docket,
            background_workers.background_worker(docket, ephemeral=True),
        ):
            await asyncio.sleep(0)

    monkeypatch.setattr(background_workers, "Worker", Worker)  # put back afterwards
    monkeypatch.setattr(Worker, "run_forever", forever)
    look_less_often()
    asyncio.run(start())

    (worker,) = begun
    looks = worker.minimum_check_interval, worker.scheduling_resolution
    assert looks == (timedelta(seconds=1), timedelta(seconds=1))
