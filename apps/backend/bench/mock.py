"""A model server that costs next to nothing: fixed answers, streams in exact steps, or a few slow places.

`python mock.py PORT [PLACES SECONDS]`: with places, answers take that long and no more than that many at a time.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator
from typing import Final, cast

import httptools
import uvloop
from shapes import COUNTED, COUNTED_STREAM, PACE_SECONDS, PLAIN_STREAM, STREAM_END, STREAM_HEAD, WHOLE_ANSWER

#: Streams are spread over so many moments within a step, as real ones would be.
_MOMENTS: Final = 20


class Streams:
    """Writes the next frame of every running stream, one step after the other."""

    def __init__(self) -> None:
        self._running: list[dict[asyncio.Transport, Iterator[bytes]]] = [{} for _ in range(_MOMENTS)]
        self._next = 0

    def begin(self, transport: asyncio.Transport, *, counted: bool) -> None:
        transport.write(STREAM_HEAD)
        self._running[self._next][transport] = iter(COUNTED_STREAM if counted else PLAIN_STREAM)
        self._next = (self._next + 1) % _MOMENTS

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for streams in self._running:
                due += PACE_SECONDS / _MOMENTS
                await asyncio.sleep(due - loop.time())
                self._step(streams)

    def _step(self, streams: dict[asyncio.Transport, Iterator[bytes]]) -> None:
        for transport, frames in list(streams.items()):
            frame = next(frames, None)
            if transport.is_closing() or frame is None:
                del streams[transport]
            if not transport.is_closing():
                transport.write(frame or STREAM_END)


class Places:
    """Serves in the order of arrival, so many at a time."""

    def __init__(self, count: int, seconds: float) -> None:
        self._free = count
        self._seconds = seconds
        self._waiting: deque[asyncio.Transport] = deque()

    def take(self, transport: asyncio.Transport) -> None:
        if self._free:
            self._free -= 1
            asyncio.get_running_loop().call_later(self._seconds, self._done, transport)
        else:
            self._waiting.append(transport)

    def _done(self, transport: asyncio.Transport) -> None:
        self._free += 1
        transport.write(WHOLE_ANSWER)
        if self._waiting:
            self.take(self._waiting.popleft())


class _Connection(asyncio.Protocol):
    def __init__(self, streams: Streams, places: Places | None) -> None:
        self._streams = streams
        self._places = places
        self._parser = httptools.HttpRequestParser(self)
        self._body = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        body, self._body = self._body, b""
        if self._transport is None:
            return
        if b'"stream":true' in body.replace(b" ", b""):
            self._streams.begin(self._transport, counted=COUNTED in body)
        elif self._places and body:
            self._places.take(self._transport)
        else:
            self._transport.write(WHOLE_ANSWER)


async def main(port: int, places: Places | None) -> None:
    streams = Streams()
    loop = asyncio.get_running_loop()
    await loop.create_server(lambda: _Connection(streams, places), "127.0.0.1", port, backlog=4096)
    await streams.run()


if __name__ == "__main__":
    given = sys.argv[2:]
    uvloop.run(main(int(sys.argv[1]), Places(int(given[0]), float(given[1])) if given else None))
