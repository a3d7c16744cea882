"""The chunks in which HTTP/1.1 carries a stream, and the short way of most of them: from engine to client as they came.

An engine sends each token at once, so nearly every read brings exactly one chunk with one frame. Taken apart by the
parser, looked at, and made a chunk again, it would be the same bytes but for its usage, only later. A read that begins
between two chunks (`EngineConnection` knows), with no half frame before it (`AnswerStream` knows), may therefore pass
without the parser if `plain_chunks` finds nothing else in it. That is safe because of what such a read can only be:

- Whole chunks. Their sizes are plain digits that match what follows, so the client sees the same borders as this
  process, and the parser, which misses them, still stands between two chunks.
- Whole frames, one line each, that begin as a piece of an answer does: neither the end nor a failure.
- Nothing to read but the usage so far at the end of a piece; no word of an answer that was given up.

`counted_chunk` does the same, faster, for what nearly every read is: one chunk with one piece and the usage so far.

Everything else takes the long way, the whole read of it: extensions, trailers, the last chunk, pieces of chunks or
frames, other frames, and whatever is malformed.
"""

import re
from collections.abc import Callable
from typing import Final, Protocol

from gateway.proxy.frames import ABORTED, NO_CHOICES, USAGE

_PLAIN: Final = re.compile(rb'([0-9a-fA-F]{1,8})\r\n(data: \{"id":[^\n]*\n\n)\r\n')


_BEGIN: Final = re.compile(rb'([0-9a-fA-F]{1,8})\r\ndata: \{"id":')
_COUNT: Final = b',"usage":'
_END: Final = b"}}\n\n\r\n"


class Sink(Protocol):
    """Takes the body of an answer as it comes."""

    def take(self, body: bytes) -> None:
        """Take a part of the body."""

    def take_chunks(self, data: bytes) -> bool:
        """Take what begins between two chunks, undecoded. False: it was not taken, and has to be decoded."""


def counted_chunk(data: bytes) -> tuple[bytes, bytes] | None:
    """The usage at the end of the only piece in `data`, and its chunk without it; None when there is more to see."""
    begin, count = _BEGIN.match(data), data.rfind(_COUNT)
    if begin is None or count < 0 or not data.endswith(_END) or ABORTED in data or NO_CHOICES in data:
        return None
    line, end = begin.end(1) + 2, len(data) - len(_END) + 1
    usage = data[count + len(_COUNT) : end]
    if int(begin[1], 16) != len(data) - line - 2 or data.find(b"\n", line) != end + 1 or b"}," in usage:
        return None
    piece = data[line:count]
    return usage, b"%x\r\n%b}\n\n\r\n" % (len(piece) + 3, piece)


def plain_chunks(data: bytes, pass_on: Callable[[bytes], bytes | None]) -> tuple[int, bytes]:
    """How many frames are in `data`, and its chunks for the client, if each is a chunk that needs no look; else 0.

    `pass_on` gives a frame that states its usage as the client gets it, or None when that one needs a look.
    """
    frames = start = copied = 0
    parts: list[bytes] = []
    while start < len(data):
        found = _PLAIN.match(data, start)
        if found is None:
            return 0, b""
        digits, frame = found.groups()
        if int(digits, 16) != len(frame) or ABORTED in frame:
            return 0, b""
        if USAGE in frame:
            passed = pass_on(frame)
            if passed is None:
                return 0, b""
            if passed is not frame:
                parts += (data[copied:start], chunk(passed))
                copied = found.end()
        start = found.end()
        frames += 1
    return frames, b"".join((*parts, data[copied:])) if parts else data


def chunk(data: bytes) -> bytes:
    """Data as one chunk; nothing for no data, because an empty chunk is the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def data_in(chunk: bytes) -> bytes:
    """The data of one chunk."""
    return chunk.partition(b"\r\n")[2][: -len(b"\r\n")]
