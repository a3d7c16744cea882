"""Answers that go to the client while they still come from the engine."""

from typing import Protocol

from gateway.proxy.engine_usage import LONGEST_USAGE, Usage, last_usage_in
from gateway.proxy.frames import ABORTED


class Passage(Protocol):
    """Takes the body of an answer as it comes and gives what the client may have of it by now."""

    #: The end of the answer, once it has come: it goes when everything the request owes is settled.
    tail: bytes
    #: How the engine failed in mid-answer, as vLLM does before a proper end; else empty.
    failure: str
    #: The client has a part of something that cannot be read without the rest.
    torn: bool
    #: Pieces of the answer that came one by one.
    frames: int

    @property
    def ended(self) -> bool:
        """The engine said that the answer is complete, or that it failed."""

    @property
    def usage(self) -> Usage | None:
        """What the engine has counted so far."""

    def feed(self, data: bytes) -> bytes:
        """What is for the client, maybe nothing. Raises ValueError for what is no answer."""

    def feed_chunks(self, data: bytes) -> bytes | None:
        """The same for chunks that are still encoded, in and out; None when they have to be decoded first."""

    def complete(self) -> None:
        """Hear that nothing more comes."""


class LargeAnswer:
    """Implements `Passage`: an answer that is not streamed and too large to be kept until it is complete."""

    def __init__(self) -> None:
        self.tail = b""
        self.failure = ""
        self.torn = True
        self.frames = 0
        #: The last piece, which the client gets with the next one; and the last bytes of all.
        self._newest = b""
        self._seen = b""
        self._usage: Usage | None = None
        self._ended = False

    @property
    def ended(self) -> bool:
        return self._ended or bool(self.failure)

    @property
    def usage(self) -> Usage | None:
        return self._usage

    def feed(self, data: bytes) -> bytes:
        seen = self._seen + data
        self._seen = seen[-LONGEST_USAGE:]
        if ABORTED in seen:
            self.failure = "gave its answer up"
            return b""
        self._usage = last_usage_in(seen) or self._usage
        passed, self._newest = self._newest, data
        return passed

    def feed_chunks(self, data: bytes) -> bytes | None:
        return None

    def complete(self) -> None:
        self.tail, self._ended = self._newest, True
