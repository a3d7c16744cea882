"""The life of a replica: starting, serving, draining, empty."""

import asyncio
import logging

_LOG = logging.getLogger(__name__)


class Lifecycle:
    """Counts what runs. Once draining, a replica stays so until it ends."""

    def __init__(self, notice_s: float, deadline_s: float) -> None:
        """`notice_s`: how long load balancers take to hear of it; `deadline_s`: how long requests may take then."""
        self._notice_s = notice_s
        self._deadline_s = deadline_s
        self._drained: asyncio.Task[None] | None = None
        self._in_flight = 0
        self._empty = asyncio.Event()
        self._empty.set()

    @property
    def in_flight(self) -> int:
        """Requests for inference that are not answered yet."""
        return self._in_flight

    @property
    def draining(self) -> bool:
        return self._drained is not None

    def enter(self) -> None:
        """A request has come."""
        self._in_flight += 1
        self._empty.clear()

    def leave(self) -> None:
        """A request is answered."""
        self._in_flight -= 1
        if not self._in_flight:
            self._empty.set()

    async def drain(self) -> None:
        """Stop being ready, and return when nothing runs any more, or at the deadline. Later calls join the first."""
        if self._drained is None:
            self._drained = asyncio.create_task(self._until_empty())
        await asyncio.shield(self._drained)

    async def _until_empty(self) -> None:
        await asyncio.sleep(self._notice_s)
        try:
            async with asyncio.timeout(self._deadline_s):
                await self._empty.wait()
        except TimeoutError:
            _LOG.error("%d requests are not answered after %g s of draining", self._in_flight, self._deadline_s)
