"""The Redis stream between the replicas that make usage records and the writers that store them.

One entry holds all records that gathered while the previous write was under way.
"""

import asyncio
import logging
from functools import partial
from typing import Final, TypeAlias

import orjson

from gateway.contracts import UsageRecord
from gateway.redis_connection import Reply
from gateway.redis_link import RedisLink

_LOG = logging.getLogger(__name__)

STREAM: Final = "gateway:usage"
FIELD: Final = b"records"

_LARGEST_ENTRY: Final = 500
_RETRY_SECONDS: Final = 0.2
#: Share of the time-out of a command that a second server may take to get a record.
_WAIT_SHARE: Final = 0.5

#: A record, and who waits until it is written.
_Item: TypeAlias = tuple[UsageRecord, "asyncio.Future[None]"]


class UsageStream:
    """Implements `UsageSink`. A record is written twice when a reply is lost; its request id makes that harmless.

    Behind Sentinel a record counts as written once a second server has it: the death of the first loses none.
    """

    def __init__(self, redis: RedisLink, patience_s: float) -> None:
        """`patience_s`: seconds for which an answer is held back while Redis does not take its record."""
        self._redis = redis
        self._patience_s = patience_s
        self._loop = asyncio.get_running_loop()
        self._waiting: list[_Item] = []
        self._sent: list[_Item] = []
        self._quiet = asyncio.Event()
        self._quiet.set()
        #: Records that could not be made durable in time. They are in the log, and may be in the stream all the same.
        self.abandoned = 0

    async def record(self, record: UsageRecord) -> None:
        written: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((record, written))
        if not self._sent:
            self._send()
        await written

    @property
    def waiting(self) -> int:
        """Records that Redis has not acknowledged."""
        return len(self._waiting) + len(self._sent)

    async def drained(self) -> None:
        """Wait until everything recorded so far is durable, or abandoned."""
        await self._quiet.wait()

    def _send(self) -> None:
        self._quiet.clear()
        self._sent, self._waiting = self._waiting[:_LARGEST_ENTRY], self._waiting[_LARGEST_ENTRY:]
        entry = orjson.dumps([record for record, _ in self._sent])
        self._write(entry, self._loop.time() + self._patience_s)

    def _write(self, entry: bytes, deadline: float) -> None:
        self._redis.submit(("XADD", STREAM, "*", FIELD, entry), partial(self._added, entry, deadline))

    def _added(self, entry: bytes, deadline: float, reply: Reply | Exception) -> None:
        if self._redis.settings.sentinel and not isinstance(reply, Exception):
            wait_ms = int(self._redis.settings.timeout_seconds * _WAIT_SHARE * 1000)
            self._redis.submit(("WAIT", "1", str(wait_ms)), partial(self._copied, entry, deadline))
        else:
            self._finish(entry, deadline, reply if isinstance(reply, Exception) else None)

    def _copied(self, entry: bytes, deadline: float, copies: Reply | Exception) -> None:
        missing = ConnectionError("no second server has them") if copies == 0 else None
        self._finish(entry, deadline, copies if isinstance(copies, Exception) else missing)

    def _finish(self, entry: bytes, deadline: float, error: Exception | None) -> None:
        if error:
            _LOG.warning("usage records wait for Redis: %s: %s", type(error).__name__, error)
            if self._loop.time() < deadline:
                self._loop.call_later(_RETRY_SECONDS, self._write, entry, deadline)
                return
            self.abandoned += len(self._sent)
            _LOG.error("usage records were not durable after %g s: %s", self._patience_s, entry.decode())
        sent, self._sent = self._sent, []
        for _, written in sent:
            if not written.done():
                written.set_result(None)
        if self._waiting:
            self._send()
        else:
            self._quiet.set()
