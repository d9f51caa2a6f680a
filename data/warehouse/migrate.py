"""Migrate a database to the schema of this juchu version."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

from duckdb import CatalogException, DuckDBPyConnection

from data.warehouse.errors import MigrationRefused
from data.warehouse.statements import SQL

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Migration:
    """One numbered SQL file; a released one is never edited."""

    version: int
    name: str
    statements: str

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, by which an edited file is noticed."""
        return sha256(self.statements.encode()).hexdigest()


@cache
def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """Return the folder's migrations by number; each folder is read once."""
    return tuple(
        Migration(int(path.name[:4]), path.name, path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    )


def migrate(
    con: DuckDBPyConnection,
    saved: Callable[[], AbstractContextManager[None]] = nullcontext,
    folder: Path = MIGRATIONS,
) -> list[str]:
    """Apply every migration the database lacks, and return their names.

    Each file is one transaction together with its row in the ledger, so a kill
    leaves it applied or not. The checkpoint follows at once, because DDL waiting
    in the WAL is what has kept DuckDB files from opening (docs/measured.md §2); all
    of it happens within `saved`, which makes good a kill within a checkpoint.
    Raises MigrationRefused, with nothing done, for a database made by a newer
    juchu, by edited files, or by something else.
    """
    known = read_migrations(folder)
    pending = known[_applied(con, known) :]
    with saved() if pending else nullcontext():
        for migration in pending:
            _apply(con, migration)
            con.execute("CHECKPOINT")
    return [migration.name for migration in pending]


def fill(con: DuckDBPyConnection) -> None:
    """Apply every migration to an empty file that nobody opens before it is whole.

    Without a checkpoint after each, because a kill leaves nothing that is opened again;
    they took a third of the time (docs/measured.md §2).
    """
    for migration in read_migrations(MIGRATIONS):
        _apply(con, migration)


def _apply(con: DuckDBPyConnection, migration: Migration) -> None:
    con.begin()
    con.execute(migration.statements)
    applied = {
        "version": migration.version,
        "name": migration.name,
        "sha256": migration.sha256,
    }
    SQL.run(con, "record_migration", applied)
    con.commit()


def _applied(con: DuckDBPyConnection, known: Sequence[Migration]) -> int:
    """Return how many migrations are applied, after checking each one."""
    ledger = _ledger(con)
    if len(ledger) > len(known):
        raise MigrationRefused(
            f"このデータベースは新しい juchu で作られています"
            f"({ledger[-1][1]} まで適用済み、この版の移行ファイルは {len(known)} 件)。"
            "対処: juchu を新しい版に更新してから、もう一度実行してください。"
        )
    for (version, name, digest), migration in zip(ledger, known, strict=False):
        if (version, digest) != (migration.version, migration.sha256):
            raise MigrationRefused(
                f"適用済みの移行ファイルが変わっています: {name}"
                f"(手元は {migration.name})。"
                "対処: migrations/ をリリース時の内容に戻してください。"
                "変更は新しい番号のファイルに書きます。"
            )
    return len(ledger)


def _ledger(con: DuckDBPyConnection) -> list[tuple[int, str, str]]:
    """Return the applied migrations: none for a new file; a foreign file is refused."""
    try:
        return SQL.run(con, "list_migrations").fetchall()
    except CatalogException:
        tables = SQL.value(con, "count_tables")
    if tables:
        raise MigrationRefused(
            f"juchu の移行の記録(schema_migrations)がない DuckDB ファイルです"
            f"(表 {tables} 件)。"
            "対処: JUCHU_HOME が juchu のフォルダーを指しているか確認してください。"
        )
    return []
