"""Takes jobs from the queue and runs them."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from redis.exceptions import RedisError

from gateway.jsontypes import JsonObject
from gateway.workers.queue import Job, JobQueue

_LOG = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[JsonObject], Awaitable[None]]

_IDLE_SECONDS: Final = 0.5
_FIRST_RETRY_MS: Final = 1_000
_LONGEST_RETRY_MS: Final = 300_000


class PermanentError(Exception):
    """Trying the job again cannot help."""


class QueueWorker:
    """Runs up to `concurrency` jobs at a time. A job that is cancelled by a shutdown is taken up again elsewhere."""

    def __init__(
        self, queue: JobQueue, handlers: Mapping[str, Handler], concurrency: int = 4, most_attempts: int = 8
    ) -> None:
        self._queue = queue
        self._handlers = handlers
        self._places = asyncio.Semaphore(concurrency)
        self._most_attempts = most_attempts

    async def run(self) -> None:
        """Work for as long as the task lives; when it is cancelled, hand running jobs back at once."""
        async with asyncio.TaskGroup() as jobs:
            while True:
                await self._places.acquire()
                job = await self._take()
                if job is None:
                    self._places.release()
                    await asyncio.sleep(_IDLE_SECONDS)
                    continue
                jobs.create_task(self._work(job))

    async def _take(self) -> Job | None:
        try:
            return await self._queue.take()
        except (RedisError, OSError, TimeoutError) as error:
            _LOG.warning("jobs wait for Redis: %s: %s", type(error).__name__, error)
            return None

    async def _work(self, job: Job) -> None:
        finished = asyncio.Event()
        heartbeat = asyncio.create_task(self._beat(job, finished))
        try:
            await self._attempt(job)
        except asyncio.CancelledError:
            with contextlib.suppress(RedisError, OSError):
                await self._queue.retry(job, 0)
            raise
        except (RedisError, OSError, TimeoutError) as error:
            _LOG.warning("the end of job %s could not be noted, so it will run again: %s", job.id, error)
        finally:
            finished.set()
            self._places.release()
            await heartbeat

    async def _attempt(self, job: Job) -> None:
        handler = self._handlers.get(job.kind)
        try:
            if handler is None:
                raise PermanentError(f"no handler for jobs of kind {job.kind!r}")
            await handler(job.payload)
        except PermanentError as error:
            _LOG.error("job %s (%s) cannot succeed: %s", job.id, job.kind, error)
            await self._queue.bury(job)
        except Exception as error:  # whatever a handler raises is a reason to try again
            await self._fail(job, error)
        else:
            await self._queue.done(job)

    async def _fail(self, job: Job, error: Exception) -> None:
        if job.attempt >= self._most_attempts:
            _LOG.error("job %s (%s) failed for the last time", job.id, job.kind, exc_info=error)
            await self._queue.bury(job)
            return
        delay_ms = min(_LONGEST_RETRY_MS, _FIRST_RETRY_MS * 2 ** (job.attempt - 1))
        # Spread, so that jobs that failed together do not return together.
        delay_ms = delay_ms // 2 + secrets.randbelow(delay_ms // 2)
        _LOG.warning("job %s (%s) failed, next attempt in %d ms: %s", job.id, job.kind, delay_ms, error)
        await self._queue.retry(job, delay_ms)

    async def _beat(self, job: Job, finished: asyncio.Event) -> None:
        while not finished.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(finished.wait(), self._queue.visibility_ms / 3000)
                return
            with contextlib.suppress(RedisError, OSError):
                await self._queue.extend(job)
