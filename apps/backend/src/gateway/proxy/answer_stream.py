"""A streamed answer on its way through: what to pass on, what to keep, how many tokens it was."""

from typing import Final

import orjson

from gateway.jsontypes import Json
from gateway.proxy.chunks import counted_chunk, plain_chunks
from gateway.proxy.engine_usage import LONGEST_USAGE, RunningUsage, Usage, usage_of
from gateway.proxy.frames import ABORTED, USAGE, FrameSplitter, data_of, split

_DONE: Final = b"[DONE]"
#: How the frame begins in which an engine says that something went wrong, at whatever point of its answer.
_ERROR: Final = b'{"error"'


class AnswerStream:
    """Implements `Passage`: takes bytes of the engine and gives those for the client, whole frames, all but the end.

    The last frame `[DONE]` stays in `tail` until the caller sends it: everything the request owes is then settled.
    """

    __slots__ = ("_report", "_running", "_show_usage", "_splitter", "failure", "frames", "tail", "torn")

    def __init__(
        self, *, show_usage: bool, show_running_usage: bool = False, choices: int = 1, sequences: int = 1
    ) -> None:
        """`show_usage`: the client asked for the frame that has usage and no choices; else it is taken out.

        `show_running_usage`: and for usage in the others. `choices`, of each prompt, and `sequences`, of all of them:
        answers that come mixed.
        """
        self._splitter = FrameSplitter()
        self._show_usage = show_usage
        self._running = RunningUsage(choices, sequences, show=show_running_usage)
        self._report: Usage | None = None
        #: Frames with something in them, which is tokens as long as the engine sends them one by one.
        self.frames = 0
        self.tail = b""
        self.failure = ""
        self.torn = False

    @property
    def ended(self) -> bool:
        return bool(self.tail or self.failure)

    @property
    def usage(self) -> Usage | None:
        return self._report or self._running.total

    def complete(self) -> None:
        """Nothing more to hear: only `[DONE]` ends a stream."""

    def feed(self, data: bytes) -> bytes:
        frames = self._splitter.feed(data)
        passed = self._pass(frames) if frames else b""
        begin = self._splitter.take_long(LONGEST_USAGE)
        if begin:
            self.torn = True
            return passed + begin
        return passed

    def feed_chunks(self, data: bytes) -> bytes | None:
        if self._splitter.rest:
            return None
        if self._running.simple and (counted := counted_chunk(data)):
            self._running.note(counted[0])
            self.frames += 1
            return counted[1]
        frames, chunks = plain_chunks(data, self._running.pass_on)
        if not frames:
            return None
        self.frames += frames
        return chunks

    def _pass(self, frames: bytes) -> bytes:
        if not self.torn and not (USAGE in frames or _DONE in frames or _ERROR in frames or ABORTED in frames):
            self.frames += frames.count(b"\n\n") + frames.count(b"\r\n\r\n")
            return frames
        parts = split(frames)
        end = self._end_of_long(parts.pop(0)) if self.torn else b""
        return end + b"".join([self._look(part) for part in parts])

    def _end_of_long(self, end: bytes) -> bytes:
        if ABORTED in end:
            self._abort()
            return b""
        self.torn = False
        self.frames += 1
        return self._running.pass_on(end) or end

    def _look(self, part: bytes) -> bytes:
        payload = data_of(part)
        if ABORTED in payload:
            self._abort()
        elif payload.startswith(_ERROR) and _is_engine_fault(orjson.loads(payload)):
            self.failure = "reports an error of its own in a stream"
        if self.failure:
            return b""
        if payload == _DONE:
            self.tail = part
            return b""
        if USAGE not in payload:
            self.frames += bool(payload)
            return part
        return self._look_at_usage(part, payload)

    def _look_at_usage(self, part: bytes, payload: bytes) -> bytes:
        piece = self._running.pass_on(part)
        if piece is not None:
            self.frames += 1
            return piece
        frame: Json = orjson.loads(payload)
        self._report = usage_of(frame) or self._report
        is_report = isinstance(frame, dict) and frame.get("choices") == []
        self.frames += not is_report
        return part if self._show_usage or not is_report else b""

    def _abort(self) -> None:
        self.failure = "gave its answer up"


def _is_engine_fault(document: Json) -> bool:
    """Whether an error is the engine's, by the status that it would have had as an answer of its own."""
    error = document.get("error") if isinstance(document, dict) else None
    status = error.get("code") if isinstance(error, dict) else None
    return isinstance(status, int) and status >= 500
