"""Opens many streams, notes when each frame arrives, and checks that all came in order.

Run as a process of its own: `python streams.py '<JSON of StreamLoad>' RESULT_FILE`.
"""

import asyncio
import itertools
import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import httptools
import uvloop
from shapes import FRAMES, STREAM_REQUEST

_NUMBER = re.compile(rb'"content": ?"w(\d{3}) "')


@dataclass(frozen=True)
class StreamLoad:
    """What to open."""

    port: int
    key: str
    streams: int
    #: Seconds over which the streams begin, and after which a stream counts as lost.
    spread_s: float = 2.0
    patience_s: float = 60.0


@dataclass
class StreamResult:
    """What arrived."""

    complete: int = 0
    #: Frames that never came, and frames that came after a later one.
    lost: int = 0
    reordered: int = 0
    #: Seconds from the request to the first frame, and between frames.
    first: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)


class _Stream(asyncio.Protocol):
    def __init__(self, request: bytes, result: StreamResult) -> None:
        self._request = request
        self._result = result
        self._parser = httptools.HttpResponseParser(self)
        self._last = 0.0
        self._body = bytearray()
        self._frames = 0
        self._fresh = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._last = time.perf_counter()
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        self._fresh = 0
        self._parser.feed_data(data)
        if not self._fresh:
            return
        now = time.perf_counter()
        times = self._result.gaps if self._frames > self._fresh else self._result.first
        times.append(now - self._last)
        self._result.gaps.extend([0.0] * (self._fresh - 1))
        self._last = now

    def on_body(self, body: bytes) -> None:
        self._body += body
        self._fresh += body.count(b'"content"')
        self._frames += body.count(b'"content"')

    def on_message_complete(self) -> None:
        self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish()

    def _finish(self) -> None:
        if self.done.done():
            return
        numbers = [int(number) for number in _NUMBER.findall(self._body)]
        result = self._result
        result.lost += FRAMES - len(set(numbers))
        result.reordered += sum(one > two for one, two in itertools.pairwise(numbers))
        result.complete += b"[DONE]" in self._body and numbers == list(range(FRAMES))
        self.done.set_result(None)


async def run(load: StreamLoad) -> StreamResult:
    result = StreamResult()
    loop = asyncio.get_running_loop()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {load.key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(STREAM_REQUEST)}\r\nconnection: close\r\n\r\n"
    )
    request = (head + STREAM_REQUEST).encode()
    streams: list[_Stream] = []
    for _ in range(load.streams):
        _, stream = await loop.create_connection(lambda: _Stream(request, result), "127.0.0.1", load.port)
        streams.append(stream)
        await asyncio.sleep(load.spread_s / load.streams)
    _, unfinished = await asyncio.wait([stream.done for stream in streams], timeout=load.patience_s)
    result.lost += len(unfinished) * FRAMES
    return result


if __name__ == "__main__":
    outcome = uvloop.run(run(StreamLoad(**json.loads(sys.argv[1]))))
    Path(sys.argv[2]).write_text(json.dumps(asdict(outcome)))
