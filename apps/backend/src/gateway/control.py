"""The control plane of one process: everything that knows tenants, limits and usage, connected to its stores."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Final

from gateway.byte_budget import ByteBudget
from gateway.identity.authenticator import CachingAuthenticator
from gateway.identity.directory import PostgresDirectory
from gateway.identity.issuing import KeyIssuer
from gateway.identity.keys import KeyMaker
from gateway.identity.notices import listen_for_changes, publish_change
from gateway.identity.tenancy import Tenancy
from gateway.limits.limiter import RedisLimiter
from gateway.limits.script import LimitScript
from gateway.redis_client import connect
from gateway.redis_link import RedisLink
from gateway.settings import Settings, read_secret
from gateway.storage.batches import BatchStore
from gateway.storage.database import Database
from gateway.storage.files import FileStore
from gateway.tasks import end
from gateway.usage.journal import UsageJournal
from gateway.usage.reports import UsageReports
from gateway.usage.stream import UsageStream
from gateway.usage.writer import UsageWriter
from gateway.workers.batch_runner import BatchRunner
from gateway.workers.inference import InferenceClient
from gateway.workers.jobs import BATCH_JOB, push_forgotten_batches
from gateway.workers.queue import JobQueue
from gateway.workers.worker import QueueWorker

_LOG = logging.getLogger(__name__)

_CLOSE_SECONDS: Final = 10


class ControlPlane:
    """Nothing is connected before it is used, so a gateway starts while its stores are still away."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        gateway = settings.gateway
        self.database = Database(settings.postgres)
        self._cache, self._queue = connect(settings.cache), connect(settings.queue)
        self._limit_link, self._usage_link = RedisLink(settings.cache), RedisLink(settings.queue)
        keys = KeyMaker(read_secret(gateway.pepper_file))
        self._directory = PostgresDirectory(self.database)
        self.authenticator = CachingAuthenticator(
            keys, self._directory, gateway.identity_fresh_seconds, gateway.identity_stale_seconds
        )
        self.tenancy = Tenancy(self.database, self._publish)
        self.issuer = KeyIssuer(self.database, keys, self._publish)
        self.reports = UsageReports(self.database)
        self._script = LimitScript(self._limit_link)
        self.limiter = RedisLimiter(self._script, self.reports, gateway.limits_without_redis)
        self.bodies, self.uploads = ByteBudget(gateway.bodies_max_bytes), ByteBudget(gateway.uploads_max_bytes)
        journal = UsageJournal(gateway.usage_journal) if gateway.usage_journal else None
        self.usage = UsageStream(self._usage_link, gateway.usage_write_seconds, journal)
        self.files = FileStore(self.database, gateway.file_max_bytes, gateway.tenant_files_max_bytes)
        self.batches = BatchStore(self.database)
        self.jobs = JobQueue(self._queue)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def checks(self) -> Mapping[str, Callable[[], Awaitable[object]]]:
        """What readiness depends on: each raises while its store is away."""
        return {"postgres": self.database.ping, "cache": self._cache.ping, "queue": self._queue.ping}

    def start(self) -> None:
        """Begin what every process does beside answering requests; to be called before it answers any."""
        self.usage.adopt()
        self._begin(listen_for_changes(self._cache, self.authenticator))
        self._begin(self.limiter.maintain())

    def start_background_work(self, client: InferenceClient) -> None:
        """Begin to store usage and to run jobs, whose requests go to `client`."""
        gateway = self.settings.gateway
        concurrency, longest = gateway.batch_concurrency, gateway.body_max_bytes
        runner = BatchRunner(self.batches, self.files, self._directory, client, concurrency, longest)
        self._begin(UsageWriter(self._queue, self.database).run())
        self._begin(QueueWorker(self.jobs, {BATCH_JOB: runner.handle}).run())
        self._begin(push_forgotten_batches(self.batches, self.jobs))

    async def close(self) -> None:
        """Send what still waits to be sent, hand jobs back, and disconnect; takes 10 seconds at most."""
        await end(self._tasks)
        self.limiter.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await asyncio.gather(self._script.drained(), self.usage.drained())
        except TimeoutError:
            _LOG.error("Redis did not take the last limits and usage records within %d s", _CLOSE_SECONDS)
        self.usage.close()
        await asyncio.gather(self._limit_link.close(), self._usage_link.close())
        await asyncio.gather(self._cache.aclose(), self._queue.aclose(), self.database.close())

    async def _publish(self, identifier: str) -> None:
        self.authenticator.forget(identifier)
        await publish_change(self._cache, identifier)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            _LOG.critical("background work ended with an error", exc_info=task.exception())
