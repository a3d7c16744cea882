"""The chunks in which HTTP/1.1 carries a stream, and the short way of most of them: from engine to client as they came.

An engine sends each token at once, so nearly every read brings exactly one chunk with one frame. Taken apart by the
parser, looked at, and made a chunk again, it would be the same bytes, only later. A read that begins between two
chunks (`EngineConnection` knows), with no half frame before it (`AnswerStream` knows), may therefore pass as it is if
`plain_frames` finds nothing else in it. That is safe because of what such a read can only be:

- Whole chunks. Their sizes are plain digits that match what follows, so the client sees the same borders as this
  process, and the parser, which misses them, still stands between two chunks.
- Whole frames, one line each, that begin as a piece of an answer does: neither the end nor a failure.
- Nothing to read: no usage, and no word of an answer that was given up.

Everything else takes the long way, the whole read of it: extensions, trailers, the last chunk, pieces of chunks or
frames, other frames, and whatever is malformed.
"""

import re
from typing import Final, Protocol

from gateway.proxy.frames import ABORTED, USAGE

_PLAIN: Final = re.compile(rb'([0-9a-fA-F]{1,8})\r\n(data: \{"id":[^\n]*\n\n)\r\n')
#: Bytes of a chunk beside its digits and its data.
_LINE_ENDS: Final = 4


class Sink(Protocol):
    """Takes the body of an answer as it comes."""

    def take(self, body: bytes) -> None:
        """Take a part of the body."""

    def take_chunks(self, data: bytes) -> bool:
        """Take what begins between two chunks, undecoded. False: it was not taken, and has to be decoded."""


def plain_frames(data: bytes) -> int:
    """How many frames are in `data` if each is a chunk of its own that needs no further look; else 0."""
    frames = start = 0
    while start < len(data):
        found = _PLAIN.match(data, start)
        if found is None:
            return 0
        digits, frame = found.groups()
        if int(digits, 16) != len(frame) or USAGE in frame or ABORTED in frame:
            return 0
        start += len(digits) + len(frame) + _LINE_ENDS
        frames += 1
    return frames


def chunk(data: bytes) -> bytes:
    """Data as one chunk; nothing for no data, because an empty chunk is the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
