"""Runs limit operations in Redis, as many at a time as have gathered since the last reply."""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias, cast

import orjson
from redis.exceptions import ResponseError

from gateway.limits.held import HeldTokens
from gateway.limits.operations import Operation, undo
from gateway.redis_connection import Reply, resolve
from gateway.redis_link import RedisLink

#: Requests/min, left, milliseconds until full; the same three for tokens.
Levels: TypeAlias = Sequence[int]

_LARGEST_BATCH: Final = 500
#: Milliseconds after which what a replica that died has taken is free again.
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
        #: This one among the replicas.
        self.name = secrets.token_hex(8)
        self._held = HeldTokens()
        self._renewals: Iterator[Operation] = iter(())
        self._quiet = asyncio.Event()
        self._quiet.set()

    async def ask(self, operation: Operation) -> Answer:
        """Run an operation and wait for its answer. Raises what the Redis client raises.

        What was taken for a caller that waits no longer is given back.
        """
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self.submit(operation, partial(self._resolve, operation, answer))
        try:
            return await answer
        except asyncio.CancelledError:
            self._waiting = [waiting for waiting in self._waiting if waiting[0] is not operation]
            if not answer.cancelled() and not answer.exception():
                self._return(operation, answer.result())
            raise

    def submit(self, operation: Operation, done: Receiver) -> None:
        """Run an operation some time soon; `done` hears the answer, or why there is none.

        It is lost when Redis is away; what a lost `settle` would have freed expires by itself.
        """
        self._waiting.append((operation, done))
        self._send_soon()

    def renew_held(self) -> None:
        """Tell Redis which tokens of budgets this replica holds, so that they stay taken."""
        self._renewals = self._held.renewals()
        self._send_soon()

    async def drained(self) -> None:
        """Wait until everything asked and told so far was sent."""
        await self._quiet.wait()

    def _send_soon(self) -> None:
        if self._quiet.is_set():
            self._quiet.clear()
            self._loop.call_soon(self._send)  # together with what else this turn of the loop asks for

    def _send(self) -> None:
        # Renewals come first: everything before them is answered, so what is held is what Redis should have.
        renewals = [(operation, ignore_answer) for operation in islice(self._renewals, _LARGEST_BATCH)]
        count = _LARGEST_BATCH - len(renewals)
        self._sent, self._waiting = renewals + self._waiting[:count], self._waiting[count:]
        if not self._sent:
            self._quiet.set()
            return
        operations = orjson.dumps([operation for operation, _ in self._sent])
        self._call("EVALSHA", self._hash, operations)

    def _call(self, command: str, script: str | bytes, operations: bytes) -> None:
        arguments = (command, script, "0", operations, str(_LEASE_MS), self.name)
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
        for (operation, done), answer in zip(sent, answers, strict=True):
            if operation[-1]:
                self._held.answered(operation, 0 if isinstance(answer, Exception) else answer.requests)
            done(answer)
        self._send()

    def _resolve(self, operation: Operation, waiting: "asyncio.Future[Answer]", answer: Answer | Exception) -> None:
        if waiting.cancelled() and isinstance(answer, Answer):
            self._return(operation, answer)
        resolve(waiting, answer)

    def _return(self, operation: Operation, answer: Answer) -> None:
        if answer.requests:
            self._waiting.insert(0, (undo(operation), ignore_answer))  # before whoever asks next
            self._send_soon()


def _fields(reply: Reply | Exception, count: int) -> Sequence[_Fields]:
    if isinstance(reply, Exception):
        raise reply
    fields = cast(Sequence[_Fields], orjson.loads(reply)) if isinstance(reply, bytes) else ()
    if len(fields) != count:
        raise ResponseError(f"the limit script answered {reply!r}")
    return fields


def ignore_answer(_: Answer | Exception) -> None:
    """For operations that nobody waits for."""
