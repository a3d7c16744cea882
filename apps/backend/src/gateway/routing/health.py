"""Asks engines whether they are well, and what they read."""

import asyncio
from typing import Final

import orjson

from gateway.jsontypes import Json
from gateway.proxy.engine_error import EngineError
from gateway.routing.engine import Checkup, Engine

_TIMEOUT_SECONDS: Final = 2.0


async def check(engine: Engine) -> Checkup:
    """Ask `GET /health` on a new connection; `well` is 200 within 2 s."""
    try:
        status, _ = await _get(engine, b"/health")
    except EngineError as error:
        return "gone" if error.reason == "refused" else "unwell"
    except TimeoutError:
        return "unwell"
    return "well" if status == 200 else "unwell"


async def context_tokens(engine: Engine) -> int | None:
    """Tokens that its model reads and writes for one answer at most; 0 when it does not say, None without an answer."""
    try:
        _, body = await _get(engine, b"/v1/models")
        listing: Json = orjson.loads(body)
    except (EngineError, TimeoutError):
        return None
    except orjson.JSONDecodeError:
        return 0
    models = listing.get("data") if isinstance(listing, dict) else None
    lengths = [
        length
        for model in (models if isinstance(models, list) else ())
        if isinstance(model, dict) and isinstance(length := model.get("max_model_len"), int)
    ]
    return max([0, *lengths])


async def _get(engine: Engine, path: bytes) -> tuple[int, bytes]:
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        connection = await engine.pool.acquire(fresh=True)
        try:
            request = b"GET %b HTTP/1.1\r\nhost: %b\r\nconnection: close\r\n\r\n"
            connection.send(request % (path, engine.address.encode()))
            await connection.head()
            body = b""
            while part := await connection.read():
                body += part
            return connection.status, body
        finally:
            connection.close()
            engine.pool.release(connection)
