"""The environment variables and mounted files that a container of the gateway gets."""

from dataclasses import dataclass, field
from pathlib import Path

from harness import postgres, redis
from harness.postgres import PostgresServer
from harness.redis import RedisServer

PEPPER = "a pepper that only these tests use, and no service"
FIRST_KEY = "sk-first-key-of-the-tests-0123456789"


@dataclass(frozen=True)
class Engine:
    """A model server that the gateway is told about."""

    model: str
    port: int
    host: str = "127.0.0.1"


@dataclass
class Servers:
    """What a gateway needs to be there."""

    postgres: PostgresServer
    cache: RedisServer
    queue: RedisServer
    database: str
    engines: list[Engine] = field(default_factory=list)

    def environment(self, folder: Path, **extra: str | None) -> dict[str, str]:
        """The variables for a gateway, with its secrets and its journal in `folder`.

        `extra` are added to them; one that is None is left out.
        """
        journal = folder / "usage"
        journal.mkdir(parents=True, exist_ok=True)
        variables = {
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(self.postgres.port),
            "POSTGRES_DATABASE": self.database,
            "POSTGRES_USERNAME_FILE": _secret(folder, "postgres-username", postgres.USER),
            "POSTGRES_PASSWORD_FILE": _secret(folder, "postgres-password", postgres.PASSWORD),
            "CACHE_HOST": "127.0.0.1",
            "CACHE_PORT": str(self.cache.port),
            "CACHE_PASSWORD_FILE": _secret(folder, "cache-password", redis.PASSWORD),
            "QUEUE_HOST": "127.0.0.1",
            "QUEUE_PORT": str(self.queue.port),
            "QUEUE_PASSWORD_FILE": _secret(folder, "queue-password", redis.PASSWORD),
            "GATEWAY_PEPPER_FILE": _secret(folder, "pepper", PEPPER),
            "GATEWAY_FIRST_KEY_FILE": _secret(folder, "first-key", FIRST_KEY),
            "GATEWAY_USAGE_JOURNAL": str(journal),
            "GATEWAY_HOST": "127.0.0.1",
        }
        for number, engine in enumerate(self.engines):
            prefix = f"ENGINE_TEST_{number}_"
            variables |= {
                f"{prefix}HOST": engine.host,
                f"{prefix}PORT": str(engine.port),
                f"{prefix}MODEL": engine.model,
            }
        return {name: value for name, value in (variables | extra).items() if value is not None}


def _secret(folder: Path, name: str, value: str) -> str:
    path = folder / name
    path.write_text(value + "\n")
    return str(path)
