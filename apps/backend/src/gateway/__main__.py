"""`python -m gateway serve | worker | migrate | admin`."""

import argparse
import logging
import sys
from collections.abc import Callable, Coroutine

import orjson
import uvloop
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from gateway.command_line import parser
from gateway.control import ControlPlane
from gateway.identity.first_key import register_first_key
from gateway.identity.issuing import KeyIssuer
from gateway.identity.keys import KeyMaker
from gateway.identity.tenancy import Tenancy
from gateway.server import serve
from gateway.settings import ConfigurationError, MigrationSettings, Settings, read_secret
from gateway.storage.database import Database
from gateway.storage.rows import ConflictError, NotFoundError
from gateway.telemetry import configure_logging

_LOG = logging.getLogger("gateway")


async def _serve(_: argparse.Namespace) -> None:
    await serve(_settings())


async def _work(_: argparse.Namespace) -> None:
    """A replica that no Service selects: it has probes and metrics, and does the background work."""
    settings = _settings()
    settings.gateway = settings.gateway.model_copy(update={"background_work": "inside"})
    await serve(settings)


async def _migrate(given: argparse.Namespace) -> None:
    # Imported here because Alembic takes 9 MB, which a process that serves should not pay.
    from gateway.storage.migrate import migrate

    settings = MigrationSettings()
    configure_logging(settings.gateway.log_level)
    database = Database(settings.postgres)
    try:
        await migrate(database, given.through)
        if settings.gateway.first_key_file:
            keys = KeyMaker(read_secret(settings.gateway.pepper_file))
            tenancy, issuer = Tenancy(database, _untold), KeyIssuer(database, keys, _untold)
            await register_first_key(tenancy, issuer, read_secret(settings.gateway.first_key_file))
            _LOG.info("the first key is registered for the tenant default")
    finally:
        await database.close()


async def _untold(_: str) -> None:
    """Replicas are not told: a replaced first key works for longer than they believe what they know."""


async def _administer(given: argparse.Namespace) -> None:
    control = ControlPlane(_settings())
    try:
        for line in await given.admin(control, given):
            sys.stdout.write(orjson.dumps(line).decode() + "\n")
    finally:
        await control.close()


def _settings() -> Settings:
    settings = Settings()
    configure_logging(settings.gateway.log_level)
    return settings


_COMMANDS: dict[str, Callable[[argparse.Namespace], Coroutine[None, None, None]]] = {
    "serve": _serve,
    "worker": _work,
    "migrate": _migrate,
    "admin": _administer,
}


def main() -> int:
    """The exit status: 0, or 1 with a message on standard error that says what was wrong."""
    given = parser().parse_args()
    try:
        uvloop.run(_COMMANDS[given.command](given))
    except (ConfigurationError, NotFoundError, ConflictError) as error:
        sys.stderr.write(f"gateway {given.command}: {error}\n")
        return 1
    except (SQLAlchemyError, RedisError, OSError) as error:
        sys.stderr.write(f"gateway {given.command}: a store is not available: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
