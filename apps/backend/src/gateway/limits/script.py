"""Runs limit operations in Redis, as many at a time as have gathered since the last reply."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, cast

import orjson
from redis.exceptions import ResponseError

from gateway.redis_link import RedisLink

#: Name of the model (or `*`), requests/min, tokens/min, concurrency; -1 means no limit.
ScopeLimits: TypeAlias = tuple[str, int, int, int]
#: Name of the period, its tokens, milliseconds to its end, tokens spent before (-1: not known here).
BudgetState: TypeAlias = tuple[str, int, int, int]
#: Verb, tenant, lease, lease milliseconds, tokens, scopes, budget.
Operation: TypeAlias = tuple[
    Literal["reserve", "settle", "renew"], str, str, int, int, tuple[ScopeLimits, ...], BudgetState | Literal[False]
]
#: Requests/min, left, milliseconds until full; the same three for tokens.
Levels: TypeAlias = Sequence[int]

_LARGEST_BATCH = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a `reserve`: `outcome` is "reserved" or names what was in the way."""

    outcome: str
    #: Model (or `*`) whose limit was in the way.
    scope: str
    #: Milliseconds until the same request may pass; negative when it never will.
    wait_ms: int
    levels: Sequence[Levels]


class LimitScript:
    """One script call is under way at a time; operations that arrive meanwhile go together in the next one."""

    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis
        self._source = (Path(__file__).parent / "script.lua").read_bytes()
        self._hash = hashlib.sha1(self._source, usedforsecurity=False).hexdigest()
        self._waiting: list[tuple[Operation, asyncio.Future[Answer] | None]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, operation: Operation) -> Answer:
        """Run a `reserve`. Raises what the Redis client raises."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._add(operation, answer)
        return await answer

    def tell(self, operation: Operation) -> None:
        """Run a `settle` or `renew` some time soon. It is lost when Redis is away; what it frees expires by itself."""
        self._add(operation, None)

    async def drained(self) -> None:
        """Wait until everything asked and told so far was sent."""
        while self._running:
            await self._running

    def _add(self, operation: Operation, answer: asyncio.Future[Answer] | None) -> None:
        self._waiting.append((operation, answer))
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_LARGEST_BATCH], self._waiting[_LARGEST_BATCH:]
                await self._send(batch)
        finally:
            self._running = None

    async def _send(self, batch: list[tuple[Operation, asyncio.Future[Answer] | None]]) -> None:
        try:
            reply = await self._call(orjson.dumps([operation for operation, _ in batch]))
        except Exception as error:  # every waiting request must hear of it, whatever it is
            for _, answer in batch:
                if answer and not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), fields in zip(batch, reply, strict=True):
            if answer and not answer.done():
                answer.set_result(Answer(*fields))

    async def _call(self, operations: bytes) -> Sequence[tuple[str, str, int, Sequence[Levels]]]:
        try:
            reply = await self._redis.call("EVALSHA", self._hash, "0", operations)
        except ResponseError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
            reply = await self._redis.call("EVAL", self._source, "0", operations)
        if not isinstance(reply, bytes):
            raise ResponseError(f"the limit script answered {reply!r}")
        return cast(Sequence[tuple[str, str, int, Sequence[Levels]]], orjson.loads(reply))
