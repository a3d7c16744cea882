"""A queue of jobs on Redis lists. The length of the list `<name>` is what autoscalers watch."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias, cast

import orjson
from redis.asyncio import Redis

from gateway.jsontypes import JsonObject

JOBS: Final = "gateway:jobs"

_Taken: TypeAlias = tuple[bytes, bytes, int] | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job that a worker has taken."""

    id: str
    kind: str
    payload: JsonObject
    #: 1 for the first time it is tried.
    attempt: int


class JobQueue:
    """At least once: a job whose worker falls silent goes to another one."""

    def __init__(self, redis: Redis, name: str = JOBS, visibility_ms: int = 30_000) -> None:
        """`visibility_ms`: silence after which a worker counts as dead and its job is given away."""
        self._script = redis.register_script((Path(__file__).parent / "queue.lua").read_text())
        self._redis = redis
        self._name = name
        self._keys = [name, *(f"{name}:{part}" for part in ("running", "delayed", "jobs", "attempts", "dead"))]
        self.visibility_ms = visibility_ms

    async def push(self, job_id: str, kind: str, payload: Mapping[str, str]) -> None:
        """Add a job; nothing happens when one with this id is there already."""
        await self._run("push", job_id, orjson.dumps({"kind": kind, "payload": payload}))

    async def take(self) -> Job | None:
        """The oldest waiting job, which is then invisible to other workers; None when there is none."""
        taken = cast(_Taken, await self._run("take", self.visibility_ms))
        if taken is None:
            return None
        identifier, body, attempt = taken
        fields = orjson.loads(body)
        return Job(identifier.decode(), fields["kind"], fields["payload"], attempt)

    async def extend(self, job: Job) -> None:
        """Say that the job is still being worked on."""
        await self._run("extend", job.id, job.attempt, self.visibility_ms)

    async def done(self, job: Job) -> None:
        await self._run("done", job.id, job.attempt)

    async def retry(self, job: Job, delay_ms: int) -> None:
        await self._run("retry", job.id, job.attempt, delay_ms)

    async def bury(self, job: Job) -> None:
        """Move the job to the dead ones, `<name>:dead`, where it stays with its body in `<name>:jobs`."""
        await self._run("bury", job.id, job.attempt)

    async def _run(self, *arguments: str | bytes | int) -> object:
        return await self._script(keys=self._keys, args=list(arguments))
