"""Kinds of jobs, and jobs that must exist."""

import asyncio
import logging
from typing import Final

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from gateway.storage.batches import BatchStore
from gateway.workers.queue import JobQueue

_LOG = logging.getLogger(__name__)

BATCH_JOB: Final = "batch"
_LOOK_SECONDS: Final = 60


async def push_batch(jobs: JobQueue, batch_id: str) -> None:
    """Have a worker take the batch to its end; nothing changes when one does already."""
    await jobs.push(batch_id, BATCH_JOB, {"batch_id": batch_id})


async def push_forgotten_batches(batches: BatchStore, jobs: JobQueue) -> None:
    """Look every minute for unfinished batches that no job exists for: Redis was away when they were made, or lost."""
    while True:
        try:
            for batch_id in await batches.unfinished():
                await push_batch(jobs, batch_id)
        except (RedisError, SQLAlchemyError, OSError) as error:
            _LOG.warning("forgotten batches were not looked for: %s: %s", type(error).__name__, error)
        await asyncio.sleep(_LOOK_SECONDS)
