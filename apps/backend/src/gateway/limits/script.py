"""Runs limit operations in Redis, as many at a time as have gathered since the last reply."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias, cast

import orjson
from redis.exceptions import ResponseError

from gateway.limits.operations import Operation
from gateway.redis_connection import Reply, resolve
from gateway.redis_link import RedisLink

#: Requests/min, left, milliseconds until full; the same three for tokens.
Levels: TypeAlias = Sequence[int]

_LARGEST_BATCH: Final = 500
#: Milliseconds after which the places in flight of a replica that died are free again.
_LEASE_MS: Final = 60_000


@dataclass(slots=True)
class Answer:
    """What became of a `reserve` or `advance`: `outcome` says that it was done, or names what was in the way."""

    outcome: str
    #: Model (or `*`) whose limit was in the way.
    scope: str
    #: Milliseconds until the same request may pass; negative when it never will.
    wait_ms: int
    levels: Sequence[Levels]
    #: Requests that were taken.
    requests: int


#: Hears what became of an operation.
Receiver: TypeAlias = Callable[[Answer | Exception], None]
_Fields: TypeAlias = tuple[str, str, int, Sequence[Levels], int]


class LimitScript:
    """One script call is under way at a time; operations that arrive meanwhile go together in the next one."""

    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis
        self._loop = asyncio.get_running_loop()
        self._source = (Path(__file__).parent / "script.lua").read_bytes()
        self._hash = hashlib.sha1(self._source, usedforsecurity=False).hexdigest()
        self._waiting: list[tuple[Operation, Receiver]] = []
        self._sent: list[tuple[Operation, Receiver]] = []
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def ask(self, operation: Operation) -> Answer:
        """Run an operation and wait for its answer. Raises what the Redis client raises."""
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self.submit(operation, partial(resolve, answer))
        return await answer

    def submit(self, operation: Operation, done: Receiver) -> None:
        """Run an operation some time soon; `done` hears the answer, or why there is none.

        It is lost when Redis is away; what a lost `settle` would have freed expires by itself.
        """
        self._waiting.append((operation, done))
        if self._quiet.is_set():
            self._quiet.clear()
            self._loop.call_soon(self._send)  # together with what else this turn of the loop asks for

    async def drained(self) -> None:
        """Wait until everything asked and told so far was sent."""
        await self._quiet.wait()

    def _send(self) -> None:
        self._sent, self._waiting = self._waiting[:_LARGEST_BATCH], self._waiting[_LARGEST_BATCH:]
        operations = orjson.dumps([operation for operation, _ in self._sent])
        self._call("EVALSHA", self._hash, operations)

    def _call(self, command: str, script: str | bytes, operations: bytes) -> None:
        arguments = (command, script, "0", operations, str(_LEASE_MS))
        self._redis.submit(arguments, partial(self._received, operations))

    def _received(self, operations: bytes, reply: Reply | Exception) -> None:
        if isinstance(reply, ResponseError) and str(reply).startswith("NOSCRIPT"):
            self._call("EVAL", self._source, operations)
            return
        sent, self._sent = self._sent, []
        answers: Sequence[Answer | Exception]
        try:
            answers = [Answer(*fields) for fields in _fields(reply, len(sent))]
        except Exception as error:  # everybody must hear of it, whatever it is
            answers = [error] * len(sent)
        for (_, done), answer in zip(sent, answers, strict=True):
            done(answer)
        if self._waiting:
            self._send()
        else:
            self._quiet.set()


def _fields(reply: Reply | Exception, count: int) -> Sequence[_Fields]:
    if isinstance(reply, Exception):
        raise reply
    fields = cast(Sequence[_Fields], orjson.loads(reply)) if isinstance(reply, bytes) else ()
    if len(fields) != count:
        raise ResponseError(f"the limit script answered {reply!r}")
    return fields


def ignore_answer(_: Answer | Exception) -> None:
    """For operations that nobody waits for."""
