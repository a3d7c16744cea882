"""The Redis stream between the replicas that make usage records and the writers that store them.

One entry holds all records that gathered while the previous write was under way.
"""

import asyncio
import logging
from typing import Final

import orjson
from redis.exceptions import RedisError

from gateway.contracts import UsageRecord
from gateway.redis_link import RedisLink

_LOG = logging.getLogger(__name__)

STREAM: Final = "gateway:usage"
FIELD: Final = b"records"

_LARGEST_ENTRY: Final = 500
_RETRY_SECONDS: Final = 0.2


class UsageStream:
    """Implements `UsageSink`. A record is written twice when a reply is lost; its request id makes that harmless."""

    def __init__(self, redis: RedisLink, patience_s: float) -> None:
        """`patience_s`: seconds for which an answer is held back while Redis does not take its record."""
        self._redis = redis
        self._patience_s = patience_s
        self._waiting: list[tuple[UsageRecord, asyncio.Future[None]]] = []
        self._running: asyncio.Task[None] | None = None
        self._sending = 0
        #: Records that could not be made durable in time. They are in the log, and may be in the stream all the same.
        self.abandoned = 0

    async def record(self, record: UsageRecord) -> None:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, written))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        await written

    @property
    def waiting(self) -> int:
        """Records that Redis has not acknowledged."""
        return len(self._waiting) + self._sending

    async def drained(self) -> None:
        """Wait until everything recorded so far is durable, or abandoned."""
        while self._running:
            await self._running

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_LARGEST_ENTRY], self._waiting[_LARGEST_ENTRY:]
                self._sending = len(batch)
                await self._write(batch)
        finally:
            self._sending = 0
            self._running = None

    async def _write(self, batch: list[tuple[UsageRecord, asyncio.Future[None]]]) -> None:
        entry = orjson.dumps([record for record, _ in batch])
        deadline = asyncio.get_running_loop().time() + self._patience_s
        while not await self._added(entry):
            if asyncio.get_running_loop().time() >= deadline:
                self.abandoned += len(batch)
                _LOG.error("usage records were not durable after %g s: %s", self._patience_s, entry.decode())
                break
            await asyncio.sleep(_RETRY_SECONDS)
        for _, written in batch:
            if not written.done():
                written.set_result(None)

    async def _added(self, entry: bytes) -> bool:
        try:
            await self._redis.call("XADD", STREAM, "*", FIELD, entry)
        except (RedisError, OSError, TimeoutError) as error:
            _LOG.warning("usage records wait for Redis: %s: %s", type(error).__name__, error)
            return False
        return True
