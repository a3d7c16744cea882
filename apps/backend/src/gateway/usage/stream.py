"""The Redis stream between the replicas that make usage records and the writers that store them.

One entry holds all records that gathered while the previous write was under way.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import orjson

from gateway.contracts import UsageRecord
from gateway.redis_connection import Reply
from gateway.redis_link import RedisLink
from gateway.usage.journal import UsageJournal

_LOG = logging.getLogger(__name__)

STREAM: Final = "gateway:usage"
FIELD: Final = b"records"

_LARGEST_ENTRY: Final = 500
_RETRY_SECONDS: Final = 0.2
#: For how long records gather when no answer waits for them; those a machine that dies takes along.
_GATHER_SECONDS: Final = 0.05
#: Share of the time-out of a command that a second server may take to get a record.
_WAIT_SHARE: Final = 0.5


@dataclass(slots=True, eq=False)
class _Answer:
    """Held back until its record is in Redis."""

    written: asyncio.Future[None]
    #: Time of the loop at which it goes all the same.
    deadline: float


#: A record in JSON, and the answer that waits for it; None when the record is in the journal.
_Item: TypeAlias = tuple[bytes, _Answer | None]


class UsageStream:
    """Implements `UsageSink`. A record is written twice when a reply is lost; its request id makes that harmless.

    Answers wait for Redis only when there is no journal, or when it takes no records. Behind Sentinel a record counts
    as written once a second server has it: the death of the first loses none.
    """

    def __init__(self, redis: RedisLink, patience_s: float, journal: UsageJournal | None = None) -> None:
        """`patience_s`: seconds for which an answer is held back while Redis does not take its record."""
        self._redis = redis
        self._patience_s = patience_s
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._safe: asyncio.Future[None] = self._loop.create_future()
        self._safe.set_result(None)
        self._waiting: list[_Item] = []
        self._sent: list[_Item] = []
        self._timer: asyncio.TimerHandle | None = None
        self._away = False
        self._quiet = asyncio.Event()
        self._quiet.set()
        #: Records whose answers waited in vain. They are in the log, and may be in the stream all the same.
        self.abandoned = 0

    def record(self, record: UsageRecord) -> asyncio.Future[None]:
        line = orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
        if self._journal and self._journal.append(line):
            self._add((line, None))
            return self._safe
        answer = _Answer(self._loop.create_future(), self._loop.time() + self._patience_s)
        self._add((line, answer))
        return answer.written

    @property
    def waiting(self) -> int:
        """Records that Redis has not acknowledged."""
        return len(self._waiting) + len(self._sent)

    def adopt(self) -> None:
        """Ship what processes that were killed left in the journal. To be called before anything is recorded."""
        lines = self._journal.adopt() if self._journal else []
        if lines:
            _LOG.info("%d usage records of a process that is gone are in the journal", len(lines))
        for line in lines:
            self._add((line, None))

    async def drained(self) -> None:
        """Wait until Redis has everything recorded so far, or it was abandoned."""
        await self._quiet.wait()

    def close(self) -> None:
        """Stop. What Redis did not take goes into the log, since a pod's journal ends with the pod."""
        if self._timer:
            self._timer.cancel()
        left = self._sent + self._waiting
        self._sent, self._waiting = [], []
        if self._journal:
            self._journal.close()
        for start in range(0, len(left), _LARGEST_ENTRY):
            part = left[start : start + _LARGEST_ENTRY]
            _LOG.error("Redis did not take %d usage records: %s", len(part), _entry(part).decode())
        if left and self._journal:
            _LOG.warning("a process that starts with %s will send them", self._journal.folder)

    def _add(self, item: _Item) -> None:
        self._waiting.append(item)
        if self.waiting == 1:
            self._quiet.clear()
            self._send_soon()

    def _send_soon(self) -> None:
        if self._journal and len(self._waiting) < _LARGEST_ENTRY:
            self._timer = self._loop.call_later(_GATHER_SECONDS, self._send)
        else:
            self._send()

    def _send(self) -> None:
        self._sent, self._waiting = self._waiting[:_LARGEST_ENTRY], self._waiting[_LARGEST_ENTRY:]
        self._write()

    def _write(self) -> None:
        self._redis.submit(("XADD", STREAM, "*", FIELD, _entry(self._sent)), self._added)

    def _added(self, reply: Reply | Exception) -> None:
        if self._redis.settings.sentinel and not isinstance(reply, Exception):
            wait_ms = int(self._redis.settings.timeout_seconds * _WAIT_SHARE * 1000)
            self._redis.submit(("WAIT", "1", str(wait_ms)), self._copied)
        else:
            self._finish(reply if isinstance(reply, Exception) else None)

    def _copied(self, copies: Reply | Exception) -> None:
        missing = ConnectionError("no second server has them") if copies == 0 else None
        self._finish(copies if isinstance(copies, Exception) else missing)

    def _finish(self, error: Exception | None) -> None:
        if error:
            if not self._away:
                _LOG.warning("usage records wait for Redis: %s: %s", type(error).__name__, error)
            self._away = True
            self._give_up()
            if self._sent:
                self._timer = self._loop.call_later(_RETRY_SECONDS, self._write)
                return
        else:
            self._away = False
            self._acknowledge()
        if self._waiting:
            self._send_soon()
        else:
            self._quiet.set()

    def _acknowledge(self) -> None:
        sent, self._sent = self._sent, []
        if self._journal:
            self._journal.acknowledge(sum(answer is None for _, answer in sent))
        self._release(sent)

    def _give_up(self) -> None:
        """Let answers go that waited long enough, their records into the log."""
        now = self._loop.time()
        self._sent, late = _by_patience(self._sent, now)
        self._waiting, later = _by_patience(self._waiting, now)
        gone = late + later
        if not gone:
            return
        self.abandoned += len(gone)
        _LOG.error("usage records were not durable after %g s: %s", self._patience_s, _entry(gone).decode())
        self._release(gone)

    @staticmethod
    def _release(items: Iterable[_Item]) -> None:
        for _, answer in items:
            if answer and not answer.written.done():
                answer.written.set_result(None)


def _entry(items: Iterable[_Item]) -> bytes:
    return b"[" + b",".join([line for line, _ in items]) + b"]"


def _by_patience(items: Iterable[_Item], now: float) -> tuple[list[_Item], list[_Item]]:
    """Those to be kept, and those whose answers have waited long enough."""
    kept: list[_Item] = []
    late: list[_Item] = []
    for item in items:
        answer = item[1]
        (late if answer and answer.deadline <= now else kept).append(item)
    return kept, late
