"""What engines say about tokens: in an answer, at the end of a stream, and as they go in each frame of it."""

import re
from dataclasses import dataclass
from typing import Final

import orjson

from gateway.jsontypes import Json
from gateway.proxy.frames import NO_CHOICES

#: The largest count that is believed: PostgreSQL's largest integer.
_MOST: Final = 2**31 - 1
_FIELD: Final = b',"usage":{'
#: The field from there on; its value is an object with objects of plain values in it.
_VALUE: Final = re.compile(rb',"usage":(\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})')
_CHOICE: Final = re.compile(rb'"choices":\[\{"index":(\d+)')
#: Bytes that usage and what engines write behind it take at most.
LONGEST_USAGE: Final = 2048


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
    """The usage that an answer or frame states, if it does."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    if not isinstance(usage, dict):
        return None
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")), _count(cached))


def last_usage_in(text: bytes) -> Usage | None:
    """The last usage that a part of an answer states."""
    found = _find(text)
    return _read(found[1]) if found else None


class RunningUsage:
    """The newest usage that the frames of a stream stated, each for the choice that it carries a piece of."""

    __slots__ = ("_by_choice", "_choices", "_several", "_show", "simple")

    def __init__(self, choices: int, sequences: int, *, show: bool) -> None:
        """`choices` for each prompt; `sequences`: choices of all prompts; `show`: the client wants to see it."""
        self._choices = choices
        self._several = sequences > 1
        self._show = show
        #: There is one choice whose usage is to be noted and taken out.
        self.simple = not show and not self._several
        self._by_choice: dict[int, bytes] = {}

    def note(self, usage: bytes) -> None:
        """The newest usage of the only choice."""
        self._by_choice[0] = usage

    def pass_on(self, frame: bytes) -> bytes | None:
        """A piece of an answer as the client gets it; its usage is noted. None when it is no such piece."""
        found = _find(frame)
        if found is None or NO_CHOICES in frame:
            return None
        choice = _CHOICE.search(frame) if self._several else None
        self._by_choice[int(choice[1]) if choice else 0] = found[1]
        return frame if self._show else frame[: found.start()] + frame[found.end() :]

    @property
    def total(self) -> Usage | None:
        """Of all choices that have begun: each prompt once, with the completions of all of its choices."""
        prompts: dict[int, int] = {}
        completions = 0
        for choice, text in self._by_choice.items():
            usage = _read(text)
            if usage:
                prompts[choice // self._choices] = usage.prompt_tokens
                completions += usage.completion_tokens
        return Usage(sum(prompts.values()), completions, 0) if prompts else None


def _find(text: bytes) -> re.Match[bytes] | None:
    """The last field with usage, as engines write it, with the comma before it; group 1 is its value."""
    start = text.rfind(_FIELD)
    return _VALUE.match(text, start) if start >= 0 else None


def _read(value: bytes) -> Usage | None:
    try:
        return usage_of({"usage": orjson.loads(value)})
    except orjson.JSONDecodeError:
        return None


def _count(number: Json) -> int:
    return number if isinstance(number, int) and 0 <= number <= _MOST else 0
