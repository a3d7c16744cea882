"""Kept-alive connections to one engine."""

import asyncio
from typing import Final

from gateway.proxy.connection import EngineConnection
from gateway.proxy.engine_error import EngineError

_CONNECT_SECONDS: Final = 2.0
#: Shorter than the 5 s after which vLLM's server closes an idle connection, so that the two rarely cross.
_IDLE_SECONDS: Final = 4.0


class EnginePool:
    """Hands out the connection used last, so that the number of open ones follows the load."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._host = host
        self._port = port
        self._idle: list[EngineConnection] = []
        self._busy: set[EngineConnection] = set()

    async def acquire(self, *, fresh: bool = False) -> EngineConnection:
        """A connection without a request; `fresh` forbids one that the engine may be closing. Raises EngineError."""
        while self._idle and not fresh:
            connection = self._idle.pop()
            if not connection.closed:
                self._busy.add(connection)
                return connection
        connection = await self._connect()
        self._busy.add(connection)
        return connection

    def release(self, connection: EngineConnection) -> None:
        """Take a connection back. One whose answer was not read to its end is closed, which makes the engine stop."""
        self._busy.discard(connection)
        if connection.reusable:
            self._idle.append(connection)
        else:
            connection.close()

    def sweep(self, now: float, first_s: float, next_s: float) -> None:
        """Close what is idle for long or silent for too long; to be called about every second with the loop's time."""
        for connection in list(self._busy):
            connection.check_silence(now, first_s, next_s)
        expired = [connection for connection in self._idle if now - connection.progress_at > _IDLE_SECONDS]
        for connection in expired:
            self._idle.remove(connection)
            connection.close()

    def close(self) -> None:
        """Close the idle connections; busy ones finish."""
        while self._idle:
            self._idle.pop().close()

    async def _connect(self) -> EngineConnection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                _, connection = await loop.create_connection(
                    lambda: EngineConnection(self.address), self._host, self._port
                )
        except (OSError, TimeoutError) as error:
            text = f"engine {self.address}: no connection ({error or f'none after {_CONNECT_SECONDS:g} s'})"
            raise EngineError("refused", text) from error
        return connection
