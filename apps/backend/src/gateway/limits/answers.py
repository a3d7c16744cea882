"""Puts the limits' answers into words and headers that OpenAI's clients understand."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.contracts import ALL_MODELS, Denial, Headers
from gateway.limits.script import Answer, Levels

#: Outcome of the script -> error code of the answer.
_CODES = {
    "requests": "rate_limit_exceeded",
    "tokens": "rate_limit_exceeded",
    "size": "request_too_large_for_limit",
    "concurrency": "concurrency_limit_exceeded",
    "budget": "insufficient_quota",
}
_WORDS = {
    "requests": "The limit of requests per minute for {what} is reached.",
    "tokens": "The limit of tokens per minute for {what} is reached; this request needs up to {tokens}.",
    "size": "This request needs up to {tokens} tokens, more than the limit of tokens per minute for {what}."
    " Send fewer messages or lower max_tokens.",
    "concurrency": "As many requests as allowed are running for {what}. Wait for one to end.",
    "budget": "The token budget of this account is spent. It is renewed at the start of the next period.",
}


def denial(answer: Answer, tokens: int) -> Denial:
    """The 429 for a refused reservation of so many tokens."""
    what = "all models together" if answer.scope == ALL_MODELS else f"the model {answer.scope}"
    message = _WORDS[answer.outcome].format(what=what, tokens=tokens)
    wait = None if answer.wait_ms < 0 else answer.wait_ms / 1000
    return Denial(429, _CODES[answer.outcome], message, wait, rate_limit_headers(answer.levels))


def rate_limit_headers(levels: Sequence[Levels]) -> Headers:
    """OpenAI's `x-ratelimit-*` headers, for the scope with the least left of each kind."""
    return RateLimitHeaders(levels).with_more(0, 0)


class RateLimitHeaders:
    """The same for many requests in a row, between which only what is left changes."""

    def __init__(self, levels: Sequence[Levels]) -> None:
        self._requests = _Tightest.of(b"requests", [level[:3] for level in levels])
        self._tokens = _Tightest.of(b"tokens", [level[3:] for level in levels])

    def with_more(self, requests: int, tokens: int) -> Headers:
        """The headers when so much more is left than the levels say."""
        about_requests = self._requests.with_more(requests) if self._requests else ()
        return about_requests + self._tokens.with_more(tokens) if self._tokens else about_requests


@dataclass(frozen=True, slots=True)
class _Tightest:
    """Of several limits of one kind the one with the least left."""

    limit: tuple[bytes, bytes]
    remaining: bytes
    reset: tuple[bytes, bytes]
    left: int
    most: int

    @classmethod
    def of(cls, kind: bytes, levels: Sequence[Sequence[int]]) -> "_Tightest | None":
        """`levels`: limit, what is left of it, milliseconds until it is full; a negative limit is none."""
        limited = [level for level in levels if level[0] >= 0]
        if not limited:
            return None
        most, left, full_in_ms = min(limited, key=lambda level: level[1])
        limit, remaining, reset = (b"x-ratelimit-%b-%b" % (what, kind) for what in (b"limit", b"remaining", b"reset"))
        return cls((limit, b"%d" % most), remaining, (reset, _duration(full_in_ms)), left, most)

    def with_more(self, more: int) -> Headers:
        left = max(0, min(self.left + more, self.most))
        return self.limit, (self.remaining, b"%d" % left), self.reset


def _duration(milliseconds: int) -> bytes:
    """A duration as OpenAI writes it: 0s, 250ms, 1.5s, 6m0s."""
    if 0 < milliseconds < 1000:
        return b"%dms" % milliseconds
    minutes, rest = divmod(milliseconds, 60_000)
    seconds = b"%gs" % (rest / 1000)
    return b"%dm" % minutes + seconds if minutes else seconds
