"""Prefect's command line, with a server for one small machine.

Its transactions on SQLite wait in a queue. Prefect (3.9.1) begins nearly all of them as
readers. One that has read and writes after another one has written is refused at once,
however long SQLite may wait (SQLITE_BUSY_SNAPSHOT): the server answers 503, and its
client asks again after 2, 4 and 8 seconds. So each begins as a writer here, and waits
for the one before it.

Its services are looked after once a second. Prefect's worker for them (docket) looks
four times a second whether one is due, which takes 0.5 % of a core.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from prefect.cli import app
from prefect.server.api import background_workers
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

SQLITE: Final = "sqlite"
LOOK_EVERY: Final = timedelta(seconds=1)
WORKER: Final = "Worker"
"""The name in Prefect's module of what it starts to look after its services."""


class WritersInTurn(AioSqliteConfiguration):
    """Prefect's SQLite, each transaction of which is a writer from its beginning."""

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: AsyncSession,
        with_for_update: bool = False,  # noqa: ARG002 - always
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        """Begin a transaction that waits up to a minute for the one before it."""
        async with super().begin_transaction(session, with_for_update=True) as begun:
            yield begun


def look_less_often() -> None:
    """Make Prefect's server look once a second whether one of its services is due.

    Prefect has no setting for it. A version that starts another worker fails our test.
    """
    inside = vars(background_workers)
    inside[WORKER] = partial(
        inside[WORKER],
        minimum_check_interval=LOOK_EVERY,
        scheduling_resolution=LOOK_EVERY,
    )


def main() -> None:
    """Run Prefect's command with our database; another engine stays as it is."""
    look_less_often()
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if url.startswith(SQLITE):
        set_database_config(WritersInTurn(connection_url=url))
    app()


if __name__ == "__main__":
    main()
