"""Runs limit operations in Redis, as many at a time as have gathered since the last reply."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias, cast

import orjson
from redis.exceptions import ResponseError

from gateway.redis_connection import Reply
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


@dataclass(slots=True)
class Answer:
    """What became of a `reserve`: `outcome` is "reserved" or names what was in the way."""

    outcome: str
    #: Model (or `*`) whose limit was in the way.
    scope: str
    #: Milliseconds until the same request may pass; negative when it never will.
    wait_ms: int
    levels: Sequence[Levels]


#: An operation, and who waits for its answer.
_Item: TypeAlias = tuple[Operation, "asyncio.Future[Answer] | None"]


class LimitScript:
    """One script call is under way at a time; operations that arrive meanwhile go together in the next one."""

    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis
        self._loop = asyncio.get_running_loop()
        self._source = (Path(__file__).parent / "script.lua").read_bytes()
        self._hash = hashlib.sha1(self._source, usedforsecurity=False).hexdigest()
        self._waiting: list[_Item] = []
        self._sent: list[_Item] = []
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def ask(self, operation: Operation) -> Answer:
        """Run a `reserve`. Raises what the Redis client raises."""
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._add(operation, answer)
        return await answer

    def tell(self, operation: Operation) -> None:
        """Run a `settle` or `renew` some time soon. It is lost when Redis is away; what it frees expires by itself."""
        self._add(operation, None)

    async def drained(self) -> None:
        """Wait until everything asked and told so far was sent."""
        await self._quiet.wait()

    def _add(self, operation: Operation, answer: "asyncio.Future[Answer] | None") -> None:
        self._waiting.append((operation, answer))
        if not self._sent:
            self._send()

    def _send(self) -> None:
        self._quiet.clear()
        self._sent, self._waiting = self._waiting[:_LARGEST_BATCH], self._waiting[_LARGEST_BATCH:]
        operations = orjson.dumps([operation for operation, _ in self._sent])
        self._redis.submit(("EVALSHA", self._hash, "0", operations), partial(self._received, operations))

    def _received(self, operations: bytes, reply: Reply | Exception) -> None:
        if isinstance(reply, ResponseError) and str(reply).startswith("NOSCRIPT"):
            self._redis.submit(("EVAL", self._source, "0", operations), partial(self._received, operations))
            return
        sent, self._sent = self._sent, []
        try:
            for (_, answer), fields in zip(sent, _answers(reply), strict=True):
                if answer and not answer.done():
                    answer.set_result(Answer(*fields))
        except Exception as error:  # every waiting request must hear of it, whatever it is
            for _, answer in sent:
                if answer and not answer.done():
                    answer.set_exception(error)
        if self._waiting:
            self._send()
        else:
            self._quiet.set()


def _answers(reply: Reply | Exception) -> Sequence[tuple[str, str, int, Sequence[Levels]]]:
    if isinstance(reply, Exception):
        raise reply
    if not isinstance(reply, bytes):
        raise ResponseError(f"the limit script answered {reply!r}")
    return cast(Sequence[tuple[str, str, int, Sequence[Levels]]], orjson.loads(reply))
