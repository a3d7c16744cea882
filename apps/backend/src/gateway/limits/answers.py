"""Puts the limits' answers into words and headers that OpenAI's clients understand."""

from collections.abc import Sequence

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
    headers: Headers = ()
    requests = min((level[:3] for level in levels if level[0] >= 0), key=lambda level: level[1], default=None)
    if requests:
        headers += _headers(b"requests", *requests)
    tokens = min((level[3:] for level in levels if level[3] >= 0), key=lambda level: level[1], default=None)
    if tokens:
        headers += _headers(b"tokens", *tokens)
    return headers


def _headers(kind: bytes, limit: int, left: int, full_in_ms: int) -> Headers:
    return (
        (b"x-ratelimit-limit-" + kind, b"%d" % limit),
        (b"x-ratelimit-remaining-" + kind, b"%d" % max(0, left)),
        (b"x-ratelimit-reset-" + kind, _duration(full_in_ms)),
    )


def _duration(milliseconds: int) -> bytes:
    """A duration as OpenAI writes it: 0s, 250ms, 1.5s, 6m0s."""
    if 0 < milliseconds < 1000:
        return b"%dms" % milliseconds
    minutes, rest = divmod(milliseconds, 60_000)
    seconds = b"%gs" % (rest / 1000)
    return b"%dm" % minutes + seconds if minutes else seconds
