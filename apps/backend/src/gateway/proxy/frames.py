"""Server-sent events as bytes: finds where frames end, and looks into the few that matter."""

import re
from typing import Final

_BLANK_LINE: Final = b"\n\n"
_BLANK_LINE_CRLF: Final = b"\r\n\r\n"
_FIRST_BLANK_LINE: Final = re.compile(rb"\n\n|\r\n\r\n")
#: Bytes of a blank line that may end what came before it is complete.
_SEAM: Final = len(_BLANK_LINE_CRLF) - 1
#: No frame without these bytes says anything about usage; inside a string of JSON the quotes would be escaped.
USAGE: Final = b'"usage"'
#: What vLLM says of an answer that it gave up, such as at the end of its time to shut down; no word of a model has it.
ABORTED: Final = b'"finish_reason":"abort"'
#: What the report of usage at the end of a stream has, and no piece of an answer.
NO_CHOICES: Final = b'"choices":[]'
#: Bytes of a frame that are kept until it is complete. With the log probabilities of many alternatives it takes tens of
#: kilobytes, and with those of a long prompt many megabytes.
LONGEST_KEPT: Final = 256 * 1024


class FrameSplitter:
    """Cuts a stream of bytes behind the last complete frame, so that nobody ever sees half a frame.

    Only of a frame that is longer than any that need a look `take_long` gives the begin before the end has come.
    """

    __slots__ = ("rest",)

    def __init__(self) -> None:
        #: The begin of a frame that is not complete.
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """The frames that are complete now, unchanged; empty when none is."""
        seam = self.rest[-_SEAM:]
        end = _end_of_frames(seam + data if seam else data) - len(seam)
        if end <= 0:
            self.rest += data
            return b""
        frames = self.rest + data[:end] if seam else data[:end]
        self.rest = data[end:]
        return frames

    def take_long(self, keep: int) -> bytes:
        """The begin of a frame that is too long to be kept, but for its last bytes so far; empty when none is."""
        if len(self.rest) <= LONGEST_KEPT:
            return b""
        begin, self.rest = self.rest[:-keep], self.rest[-keep:]
        return begin


def split(frames: bytes) -> list[bytes]:
    """Complete frames, one by one; joined they are the same bytes again."""
    found: list[bytes] = []
    start = 0
    for blank_line in _FIRST_BLANK_LINE.finditer(frames):
        found.append(frames[start : blank_line.end()])
        start = blank_line.end()
    return [*found, frames[start:]] if start < len(frames) else found


def data_of(frame: bytes) -> bytes:
    """The payload of a frame; empty for comments and other fields."""
    lines = [line[5:].removeprefix(b" ") for line in frame.splitlines() if line.startswith(b"data:")]
    return b"\n".join(lines)


def frame(payload: bytes) -> bytes:
    """A frame that carries one line of payload."""
    return b"data: " + payload + _BLANK_LINE


def _end_of_frames(data: bytes) -> int:
    if data.endswith(_BLANK_LINE):
        return len(data)
    plain, crlf = data.rfind(_BLANK_LINE), data.rfind(_BLANK_LINE_CRLF)
    return max(plain + len(_BLANK_LINE) if plain >= 0 else 0, crlf + len(_BLANK_LINE_CRLF) if crlf >= 0 else 0)
