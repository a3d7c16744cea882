"""Server-sent events as bytes: finds where frames end, and looks into the few that matter."""

from typing import Final

_BLANK_LINE: Final = b"\n\n"
_BLANK_LINE_CRLF: Final = b"\r\n\r\n"
#: No frame without these bytes says anything about usage; inside a string of JSON the quotes would be escaped.
USAGE: Final = b'"usage"'
#: What vLLM says of an answer that it gave up, such as at the end of its time to shut down; no word of a model has it.
ABORTED: Final = b'"finish_reason":"abort"'
#: Longest frame in bytes; one with the log probabilities of many alternatives takes tens of kilobytes.
_LONGEST: Final = 4 * 1024 * 1024


class FrameTooLongError(ValueError):
    """A frame did not end."""


class FrameSplitter:
    """Cuts a stream of bytes behind the last complete frame, so that nobody ever sees half a frame."""

    __slots__ = ("rest",)

    def __init__(self) -> None:
        #: The begin of a frame that is not complete.
        self.rest = b""

    def feed(self, data: bytes) -> bytes:
        """The frames that are complete now, unchanged; empty when none is. Raises FrameTooLongError."""
        if self.rest:
            data = self.rest + data
        end = _end_of_frames(data)
        self.rest = data[end:]
        if len(self.rest) > _LONGEST:
            raise FrameTooLongError(f"a frame is longer than {_LONGEST} bytes")
        return data[:end] if self.rest else data


def split(frames: bytes) -> list[bytes]:
    """Complete frames, one by one; joined they are the same bytes again."""
    found: list[bytes] = []
    while frames:
        end = _end_of_first(frames)
        found.append(frames[:end])
        frames = frames[end:]
    return found


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


def _end_of_first(data: bytes) -> int:
    ends = [position + len(mark) for mark in (_BLANK_LINE, _BLANK_LINE_CRLF) if (position := data.find(mark)) >= 0]
    return min(ends, default=len(data))
