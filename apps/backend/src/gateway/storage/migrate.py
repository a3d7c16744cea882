"""Brings the schema up to date, in steps that two versions of the gateway can run on at the same time.

A revision says in `phase` what it does. `expand` only adds what the running version ignores, so it runs before the
new version starts. `contract` removes what the new version no longer uses, so it runs when the old version is gone.
"""

import asyncio
import logging
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, text

from gateway.storage.database import Database

Phase = Literal["expand", "contract"]

_LOG = logging.getLogger(__name__)
_LOCK = 0x6761_7465  # any number that nothing else in this database locks
#: A change that cannot lock its table fails after this time instead of queueing every query behind it.
_LOCK_TIMEOUT = "5s"


async def migrate(database: Database, through: Phase = "expand", scripts: Path | None = None) -> str:
    """Run pending revisions up to the first one of a later phase than `through`; return the revision reached.

    Runs at the same time wait for each other (the second finds nothing to do). `scripts` holds the revisions.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts or Path(__file__).parent / "migrations"))
    async with database.connection() as connection:
        await connection.execute(text("SET statement_timeout = 0"))
        while not await connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK}):
            _LOG.info("another migration is running; waiting for it")
            await asyncio.sleep(1)
        await connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
        await connection.commit()
        try:
            return await connection.run_sync(_upgrade, config, through)
        finally:
            await connection.invalidate()  # closes the connection, which releases the lock


def _upgrade(connection: Connection, config: Config, through: Phase) -> str:
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    target = current
    for revision in reversed(list(scripts.iterate_revisions("head", current or "base"))):
        if _phase(revision) == "contract" and through == "expand":
            _LOG.info("revision %s waits for `migrate --contract`", revision.revision)
            break
        target = revision.revision
    connection.rollback()
    if target is None or target == current:
        _LOG.info("the schema is up to date at %s", current)
        return current or "base"
    config.attributes["connection"] = connection
    command.upgrade(config, target)
    connection.commit()
    _LOG.info("the schema went from %s to %s", current or "empty", target)
    return target


def _phase(revision: Script) -> Phase:
    phase: Phase = revision.module.phase
    return phase
