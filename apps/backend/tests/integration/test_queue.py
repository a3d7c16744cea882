"""The job queue: nothing is lost, nothing is done twice at the same time, what cannot succeed is set aside."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis

from gateway.jsontypes import JsonObject
from gateway.tasks import end
from gateway.workers.queue import JOBS, JobQueue
from gateway.workers.worker import Handler, PermanentError, QueueWorker
from harness.processes import eventually


@pytest.fixture
def jobs(queue: Redis) -> JobQueue:
    return JobQueue(queue)


@asynccontextmanager
async def working(jobs: JobQueue, handlers: Mapping[str, Handler], most_attempts: int = 8) -> AsyncIterator[None]:
    worker = asyncio.create_task(QueueWorker(jobs, handlers, most_attempts=most_attempts).run())
    try:
        yield
    finally:
        await end([worker])


async def test_a37_the_length_of_the_list_is_the_number_of_waiting_jobs(jobs: JobQueue, queue: Redis) -> None:
    for number in range(3):
        await jobs.push(f"job-{number}", "kind", {})
    await jobs.push("job-0", "kind", {})
    assert await queue.llen(JOBS) == 3
    assert await jobs.take() is not None
    assert await queue.llen(JOBS) == 2


async def test_a41_e29_each_job_goes_to_one_worker(jobs: JobQueue) -> None:
    for number in range(40):
        await jobs.push(f"job-{number}", "kind", {"number": str(number)})
    taken = await asyncio.gather(*(jobs.take() for _ in range(60)))
    numbers = sorted(int(str(job.payload["number"])) for job in taken if job)
    assert numbers == list(range(40))


async def test_a_job_of_a_silent_worker_goes_to_another_one_which_alone_may_end_it(queue: Redis) -> None:
    jobs = JobQueue(queue, visibility_ms=200)
    await jobs.push("job", "kind", {})
    first = await jobs.take()
    assert first is not None

    async def abandoned() -> bool:
        return await jobs.take() is not None

    await eventually(abandoned, "the job is given to another worker")
    await jobs.done(first)
    await jobs.push("job", "kind", {})
    assert await queue.llen(JOBS) == 0


async def test_a_job_that_is_worked_on_stays_invisible_however_long_it_takes(queue: Redis) -> None:
    jobs = JobQueue(queue, visibility_ms=300)
    runs = 0
    finish = asyncio.Event()

    async def slow(_: JsonObject) -> None:
        nonlocal runs
        runs += 1
        await finish.wait()

    await jobs.push("job", "slow", {})
    async with working(jobs, {"slow": slow}), working(jobs, {"slow": slow}):
        await asyncio.sleep(1.5)
        finish.set()
        await eventually(lambda: _gone(queue), "the job is done")
    assert runs == 1


async def test_a_job_that_fails_is_tried_again_and_then_set_aside(
    jobs: JobQueue, queue: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.workers.worker._FIRST_RETRY_MS", 4)
    runs = 0

    async def failing(_: JsonObject) -> None:
        nonlocal runs
        runs += 1
        raise RuntimeError("no luck")

    await jobs.push("job", "failing", {})
    async with working(jobs, {"failing": failing}, most_attempts=3):
        await eventually(lambda: _buried(queue, 1), "the job is set aside")
    assert runs == 3


async def test_a_job_that_cannot_succeed_or_that_nobody_knows_is_set_aside_at_once(
    jobs: JobQueue, queue: Redis
) -> None:
    async def hopeless(_: JsonObject) -> None:
        raise PermanentError("there is no such thing")

    await jobs.push("job", "hopeless", {})
    await jobs.push("unknown", "nobody knows", {})
    async with working(jobs, {"hopeless": hopeless}):
        await eventually(lambda: _buried(queue, 2), "both are set aside")


async def test_a_worker_that_leaves_hands_its_job_back_at_once(jobs: JobQueue, queue: Redis) -> None:
    started = asyncio.Event()

    async def endless(_: JsonObject) -> None:
        started.set()
        await asyncio.Event().wait()

    await jobs.push("job", "endless", {})
    async with working(jobs, {"endless": endless}):
        await started.wait()
    again = await jobs.take()
    assert again is not None
    assert (again.id, again.attempt) == ("job", 2)


async def _gone(queue: Redis) -> bool:
    return not await queue.hlen(f"{JOBS}:jobs")


async def _buried(queue: Redis, count: int) -> bool:
    return await queue.llen(f"{JOBS}:dead") == count
