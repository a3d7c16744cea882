"""Reads what a client asks for, and writes what the engine gets."""

from dataclasses import dataclass
from typing import Final

import orjson
import xxhash

from gateway.contracts import Denial
from gateway.jsontypes import Json, JsonObject

#: Characters of English text per token, of most tokenizers.
_CHARACTERS_PER_TOKEN: Final = 4
#: Tokens of an image or a sound, as an order of magnitude; the engine's own count replaces it afterwards.
_TOKENS_PER_MEDIUM: Final = 768
#: Characters of a prompt that decide which engine has it in its prefix cache.
_PREFIX_CHARACTERS: Final = 1024
_INCLUDE_USAGE: Final = b'{"stream_options":{"include_usage":true},'


class RefusedError(Exception):
    """A request is not served; `denial` is the answer."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.message)
        self.denial = denial


@dataclass(slots=True)  # as frozen it would take several times as long to make
class InferenceRequest:
    """A completion or embedding that a client asks for. Never changed."""

    model: str
    stream: bool
    #: The client wants the chunk with usage at the end of its stream.
    show_usage: bool
    #: Estimate; exact for prompts given as tokens.
    prompt_tokens: int
    #: Completion tokens at most over all choices; None when the request does not say, 0 for embeddings.
    max_tokens: int | None
    #: Same for requests that share a conversation or the begin of a prompt.
    affinity: int
    #: Body for the engine.
    body: bytes


def parse(body: bytes, path: str) -> InferenceRequest:
    """Read the body of a POST to `path`. Raises RefusedError (400) for what no engine could make sense of."""
    try:
        document: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _bad("invalid_json", f"The body is not valid JSON: {error}.") from error
    if not isinstance(document, dict):
        raise _bad("invalid_json", "The body must be a JSON object.")
    model, stream = document.get("model"), document.get("stream", False)
    if not isinstance(model, str) or not model:
        raise _bad("missing_model", "The field model must name a model. GET /v1/models lists them.")
    if not isinstance(stream, bool) and stream is not None:
        raise _bad("invalid_stream", "The field stream must be true or false.")
    embeddings = path == "/v1/embeddings"
    texts = _texts(document)
    show_usage, sent = _with_usage(document, body) if stream and not embeddings else (False, body)
    return InferenceRequest(
        model=model,
        stream=bool(stream) and not embeddings,
        show_usage=show_usage,
        prompt_tokens=sum(_tokens(part) for part in texts) or 1,
        max_tokens=0 if embeddings else _max_tokens(document),
        affinity=_affinity(document, texts),
        body=sent,
    )


def _with_usage(document: JsonObject, body: bytes) -> tuple[bool, bytes]:
    """Whether the client wants usage, and a body that makes the engine report it in any case."""
    options = document.get("stream_options")
    if options is None and "stream_options" not in document:
        return False, _INCLUDE_USAGE + body.lstrip()[1:]
    if options is not None and not isinstance(options, dict):
        raise _bad("invalid_stream_options", "The field stream_options must be an object.")
    if options and options.get("include_usage"):
        return True, body
    return False, orjson.dumps({**document, "stream_options": {**(options or {}), "include_usage": True}})


def _max_tokens(document: JsonObject) -> int | None:
    limit = document.get("max_completion_tokens") or document.get("max_tokens")
    if limit is None:
        return None
    if not isinstance(limit, int) or limit < 0:
        raise _bad("invalid_max_tokens", "The field max_tokens must be a whole number of 0 or more.")
    choices = document.get("n")
    return limit * choices if isinstance(choices, int) and choices > 1 else limit


def _texts(document: JsonObject) -> list[Json]:
    """The parts of the prompt in order: strings, lists of token numbers, and objects for media."""
    messages = document.get("messages")
    if isinstance(messages, list):
        parts: list[Json] = []
        for message in messages:
            content = message.get("content") if isinstance(message, dict) else None
            parts.extend(content if isinstance(content, list) else [content])
        return parts
    prompt = document.get("prompt", document.get("input"))
    if isinstance(prompt, list) and not all(isinstance(number, int) for number in prompt):
        return prompt
    return [prompt]


def _tokens(part: Json) -> int:
    if isinstance(part, str):
        return len(part) // _CHARACTERS_PER_TOKEN + 1
    if isinstance(part, list):
        return len(part)
    if isinstance(part, dict):
        text = part.get("text")
        return _tokens(text) if isinstance(text, str) else _TOKENS_PER_MEDIUM
    return 0


def _affinity(document: JsonObject, texts: list[Json]) -> int:
    """A conversation keeps its engine: its key if it has one, else how it begins, up to the first user message."""
    key = document.get("prompt_cache_key")
    if isinstance(key, str):
        return xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass"))
    messages, begin = document.get("messages"), texts[:1]
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        begin = texts[: 1 if messages[0].get("role") == "user" else 2]
    text = "\n".join(_begin_of(part) for part in begin)[:_PREFIX_CHARACTERS]
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


def _begin_of(part: Json) -> str:
    text = part.get("text") if isinstance(part, dict) else part
    if isinstance(text, list):
        return str(text[: _PREFIX_CHARACTERS // _CHARACTERS_PER_TOKEN])
    return text[:_PREFIX_CHARACTERS] if isinstance(text, str) else ""


def _bad(code: str, message: str) -> RefusedError:
    return RefusedError(Denial(400, code, message))
