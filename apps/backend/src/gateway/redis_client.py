"""Connections to Redis."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from gateway.redis_sentinel import find_master
from gateway.settings import RedisSettings, read_secret


def connect(settings: RedisSettings) -> Redis:
    """A client with a pool of connections, opened when first needed.

    Commands raise after `settings.timeout_seconds`. A command whose connection was closed is sent once more on a new
    one, so a restarted Redis is not noticed when it is back already. With Sentinel, each new connection goes to the
    server that is the master then.
    """
    password = read_secret(settings.password_file) if settings.password_file else None
    authority = str(settings.ca_file) if settings.ca_file else None
    retry = Retry(NoBackoff(), retries=1)
    if settings.sentinel:
        port, master = settings.sentinel
        pool = SentinelConnectionPool(
            master,
            _Sentinel(settings, port),
            password=password,
            **({"ssl": True, "ssl_ca_certs": authority} if authority else {}),
            socket_connect_timeout=settings.timeout_seconds,
            socket_timeout=settings.timeout_seconds,
            retry=retry,
            protocol=2,
        )
        return Redis.from_pool(pool)
    return Redis(
        host=settings.host,
        port=settings.port,
        password=password,
        ssl=authority is not None,
        ssl_ca_certs=authority,
        socket_connect_timeout=settings.timeout_seconds,
        socket_timeout=settings.timeout_seconds,
        retry=retry,
        protocol=2,
    )


class _Sentinel:
    """Takes the part of redis-py's class, which asks only one of several servers behind a name."""

    def __init__(self, settings: RedisSettings, port: int) -> None:
        self._settings = settings
        self._port = port

    async def discover_master(self, name: str) -> tuple[str, int]:
        try:
            return await find_master(self._settings, self._port, name)
        except OSError as error:
            raise RedisConnectionError(str(error) or "Sentinel did not answer in time") from error
