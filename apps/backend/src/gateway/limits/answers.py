"""Puts the limits' answers into words and headers that OpenAI's clients understand."""

from collections.abc import Sequence
from typing import Final

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


#: Names of the headers of each kind, and where its numbers begin in `Levels`.
_RATE_HEADERS: Final = tuple(
    (tuple(b"x-ratelimit-%b-%b" % (what, kind) for what in (b"limit", b"remaining", b"reset")), at)
    for kind, at in ((b"requests", 0), (b"tokens", 3))
)


def denial(answer: Answer, tokens: int) -> Denial:
    """The 429 for a refused reservation of so many tokens."""
    what = "all models together" if answer.scope == ALL_MODELS else f"the model {answer.scope}"
    message = _WORDS[answer.outcome].format(what=what, tokens=tokens)
    wait = None if answer.wait_ms < 0 else answer.wait_ms / 1000
    return Denial(429, _CODES[answer.outcome], message, wait, rate_limit_headers(answer.levels))


def rate_limit_headers(levels: Sequence[Levels]) -> Headers:
    """OpenAI's `x-ratelimit-*` headers, for the scope with the least left of each kind."""
    headers: Headers = ()
    for names, at in _RATE_HEADERS:
        limited = [level for level in levels if level[at] >= 0]
        if limited:
            tightest = limited[0] if len(limited) == 1 else min(limited, key=lambda level: level[at + 1])
            limit, left, full_in_ms = tightest[at : at + 3]
            values = (b"%d" % limit, b"%d" % max(0, left), _duration(full_in_ms))
            headers += tuple(zip(names, values, strict=True))
    return headers


def _duration(milliseconds: int) -> bytes:
    """A duration as OpenAI writes it: 0s, 250ms, 1.5s, 6m0s."""
    if 0 < milliseconds < 1000:
        return b"%dms" % milliseconds
    minutes, rest = divmod(milliseconds, 60_000)
    seconds = b"%gs" % (rest / 1000)
    return b"%dm" % minutes + seconds if minutes else seconds
