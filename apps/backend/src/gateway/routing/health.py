"""Asks engines whether they are well."""

import asyncio
from typing import Final

from gateway.proxy.engine_error import EngineError
from gateway.routing.engine import Checkup, Engine

_TIMEOUT_SECONDS: Final = 2.0


async def check(engine: Engine) -> Checkup:
    """Ask `GET /health` on a new connection; `well` is 200 within 2 s."""
    try:
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            connection = await engine.pool.acquire(fresh=True)
            try:
                connection.send(
                    b"GET /health HTTP/1.1\r\nhost: %b\r\nconnection: close\r\n\r\n" % engine.address.encode()
                )
                await connection.head()
                while await connection.read():
                    pass
                return "well" if connection.status == 200 else "unwell"
            finally:
                connection.close()
                engine.pool.release(connection)
    except EngineError as error:
        return "gone" if error.reason == "refused" else "unwell"
    except TimeoutError:
        return "unwell"
