"""A streamed answer on its way through: what to pass on, what to keep, how many tokens it was."""

from dataclasses import dataclass
from typing import Final

import orjson

from gateway.jsontypes import Json
from gateway.proxy.chunks import plain_frames
from gateway.proxy.frames import ABORTED, USAGE, FrameSplitter, data_of, split

_DONE: Final = b"[DONE]"
#: How the frame begins in which an engine says that something went wrong, at whatever point of its answer.
_ERROR: Final = b'{"error"'


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the engine counted them."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int

    @property
    def total(self) -> int:
        return self.prompt_tokens + self.completion_tokens


def usage_of(answer: Json) -> Usage | None:
    """The usage that an answer or chunk states, if it does."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached))


class AnswerStream:
    """Takes bytes of the engine and gives those for the client: whole frames, all but the end.

    The last frame `[DONE]` stays in `tail` until the caller sends it: everything the request owes is then settled.
    """

    __slots__ = ("_show_usage", "_splitter", "failure", "frames", "tail", "usage")

    def __init__(self, *, show_usage: bool) -> None:
        """`show_usage`: the client asked for the chunk that has usage and no choices; else it is taken out."""
        self._splitter = FrameSplitter()
        self._show_usage = show_usage
        self.usage: Usage | None = None
        #: Frames with something in them, which is tokens as long as the engine sends them one by one.
        self.frames = 0
        self.tail = b""
        #: How the engine failed in mid-answer, as vLLM does before a proper end; else empty.
        self.failure = ""

    @property
    def ended(self) -> bool:
        """The engine said that the answer is complete, or that it failed."""
        return bool(self.tail or self.failure)

    def feed(self, data: bytes) -> bytes:
        """Frames for the client, maybe none. Raises ValueError for what is no stream of JSON frames."""
        frames = self._splitter.feed(data)
        if not frames:
            return b""
        if USAGE not in frames and _DONE not in frames and _ERROR not in frames and ABORTED not in frames:
            self.frames += frames.count(b"\n\n") + frames.count(b"\r\n\r\n")
            return frames
        return b"".join(part for part in split(frames) if self._passes(part))

    def feed_chunks(self, data: bytes) -> bool:
        """Whether undecoded chunks may go to the client as they are; only then have they been counted."""
        if self._splitter.rest:
            return False
        frames = plain_frames(data)
        self.frames += frames
        return frames > 0

    def _passes(self, part: bytes) -> bool:
        payload = data_of(part)
        if aborted(payload):
            self.failure = "gave its answer up"
        elif payload.startswith(_ERROR) and _is_engine_fault(orjson.loads(payload)):
            self.failure = "reports an error of its own in a stream"
        if self.failure:
            return False
        if payload == _DONE:
            self.tail = part
            return False
        if USAGE not in payload:
            self.frames += bool(payload)
            return True
        chunk: Json = orjson.loads(payload)
        self.usage = usage_of(chunk) or self.usage
        is_report = isinstance(chunk, dict) and chunk.get("choices") == []
        self.frames += not is_report
        return self._show_usage or not is_report


def aborted(answer: bytes) -> bool:
    """Whether an engine gave up the answer that this is a part of, or the whole."""
    return ABORTED in answer


def _is_engine_fault(document: Json) -> bool:
    """Whether an error is the engine's, by the status that it would have had as an answer of its own."""
    error = document.get("error") if isinstance(document, dict) else None
    status = error.get("code") if isinstance(error, dict) else None
    return isinstance(status, int) and status >= 500


def _count(number: Json) -> int:
    return number if isinstance(number, int) else 0
