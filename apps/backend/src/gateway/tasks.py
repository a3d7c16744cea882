"""Ending background tasks."""

import asyncio
from collections.abc import Iterable
from typing import Final

_PATIENCE_SECONDS: Final = 0.2


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel the tasks and wait for them.

    One cancellation is not enough: the Redis client (redis-py 8.1) loses some that arrive while it waits for a reply.
    """
    running = {task for task in tasks if not task.done()}
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_PATIENCE_SECONDS)
