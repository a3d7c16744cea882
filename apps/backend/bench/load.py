"""A closed-loop load generator: so many connections, each with one request on its way. Corrects nothing, drops nothing.

Run as a process of its own: `python load.py '<JSON of Load>' RESULT_FILE`.
"""

import asyncio
import functools
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import httptools
import uvloop


@dataclass(frozen=True)
class Load:
    """What to send."""

    port: int
    #: Bearer tokens; connections take them in turn.
    keys: list[str]
    body: str
    connections: int
    #: Seconds measured, after a tenth of it for warming up.
    seconds: float
    #: Seconds that a client waits after a refusal.
    pause_s: float = 0.0


@dataclass
class Result:
    """What came back while it was measured."""

    seconds: float = 0.0
    #: HTTP status -> answers.
    statuses: dict[int, int] = field(default_factory=dict)
    #: Answers with status 200 for each key, by its place in `Load.keys`.
    served: list[int] = field(default_factory=list)
    #: Seconds per answer with status 200, unsorted.
    latencies: list[float] = field(default_factory=list)


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, key: int, pause_s: float, result: Result) -> None:
        self._request = request
        self._pause_s = pause_s
        self._key = key
        self._result = result
        self._sent = 0.0
        self._status = 0
        self._parser = httptools.HttpResponseParser(self)
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_message_complete(self) -> None:
        result = self._result
        if result.served:
            result.statuses[self._status] = result.statuses.get(self._status, 0) + 1
            if self._status == 200:
                result.served[self._key] += 1
                result.latencies.append(time.perf_counter() - self._sent)
        if self._pause_s and self._status != 200:
            asyncio.get_running_loop().call_later(self._pause_s, self._send)
        else:
            self._send()

    def _send(self) -> None:
        if self.transport and not self.transport.is_closing():
            self._sent = time.perf_counter()
            self.transport.write(self._request)


async def run(load: Load) -> Result:
    result = Result()
    loop = asyncio.get_running_loop()
    connections = []
    for number in range(load.connections):
        place = number % len(load.keys)
        request = _request(load, load.keys[place])
        make = functools.partial(_Connection, request, place, load.pause_s, result)
        _, connection = await loop.create_connection(make, "127.0.0.1", load.port)
        connections.append(connection)
    await asyncio.sleep(load.seconds / 10)
    result.served = [0] * len(load.keys)
    started = time.perf_counter()
    await asyncio.sleep(load.seconds)
    result.seconds = time.perf_counter() - started
    for connection in connections:
        if connection.transport:
            connection.transport.abort()
    return result


def _request(load: Load, key: str) -> bytes:
    body = load.body.encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    outcome = uvloop.run(run(Load(**json.loads(sys.argv[1]))))
    Path(sys.argv[2]).write_text(json.dumps(asdict(outcome)))
