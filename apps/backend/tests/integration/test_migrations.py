"""The schema: made by migrations, equal to the tables, safe to change while the gateway runs."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from gateway.settings import Settings
from gateway.storage.database import Database
from gateway.storage.migrate import migrate
from gateway.storage.tables import Base
from harness.databases import create_database
from harness.environment import Servers


@pytest.fixture
async def empty(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    servers.database = await create_database(servers.postgres)
    for name, value in servers.environment(tmp_path / "empty").items():
        monkeypatch.setenv(name, value)
    return Database(Settings().postgres)


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


async def test_migrations_make_exactly_the_tables_that_the_code_uses(empty: Database) -> None:
    await migrate(empty)
    async with empty.connection() as connection:
        assert await connection.run_sync(_differences) == []
    await empty.close()


async def test_migrations_at_the_same_time_leave_one_schema(empty: Database) -> None:
    reached = await asyncio.gather(*(migrate(empty) for _ in range(4)))
    assert len(set(reached)) == 1
    async with empty.connection() as connection:
        versions = (await connection.scalars(text("SELECT version_num FROM alembic_version"))).all()
    assert versions == [reached[0]]
    await empty.close()


async def test_a_contracting_revision_waits_until_it_is_asked_for(empty: Database, tmp_path: Path) -> None:
    _write_history(tmp_path)
    assert await migrate(empty, scripts=tmp_path) == "a"
    assert await _columns(empty) == {"id", "old"}
    assert await migrate(empty, "contract", scripts=tmp_path) == "b"
    assert await _columns(empty) == {"id"}
    await empty.close()


def _write_history(folder: Path) -> None:
    source = Path(__file__).parents[2] / "src/gateway/storage/migrations/env.py"
    (folder / "env.py").write_text(source.read_text())
    (folder / "versions").mkdir()
    (folder / "versions" / "a.py").write_text(
        'from alembic import op\nrevision, down_revision, phase = "a", None, "expand"\n'
        'def upgrade(): op.execute("CREATE TABLE t (id int, old int)")\n'
    )
    (folder / "versions" / "b.py").write_text(
        'from alembic import op\nrevision, down_revision, phase = "b", "a", "contract"\n'
        'def upgrade(): op.execute("ALTER TABLE t DROP COLUMN old")\n'
    )


async def _columns(database: Database) -> set[str]:
    async with database.connection() as connection:
        query = text("SELECT column_name FROM information_schema.columns WHERE table_name = 't'")
        return set((await connection.scalars(query)).all())
