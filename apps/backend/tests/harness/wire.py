"""The engine's side of HTTP, small enough to be wrong on purpose."""

import asyncio
import contextlib
from dataclasses import dataclass

import orjson

from gateway.jsontypes import JsonObject


@dataclass(frozen=True)
class EngineRequest:
    """What the gateway sent."""

    path: str
    headers: dict[str, str]
    document: JsonObject


class Reader(asyncio.StreamReader):
    """Tells when the other side has closed, without reading what it sent."""

    def __init__(self) -> None:
        super().__init__(limit=2**24)
        self.ended = asyncio.Event()

    def feed_eof(self) -> None:
        super().feed_eof()
        self.ended.set()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self.ended.set()


async def read(reader: asyncio.StreamReader) -> EngineRequest | None:
    with contextlib.suppress(asyncio.IncompleteReadError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return EngineRequest(head[0].split(" ")[1], headers, orjson.loads(body) if body else {})
    return None
