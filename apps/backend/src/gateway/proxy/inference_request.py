"""Reads what a client asks for, and writes what the engine gets."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import orjson
import xxhash

from gateway.contracts import Denial
from gateway.errors import RefusedError
from gateway.jsontypes import MOST_VALUES, Json, JsonObject, too_many_values
from gateway.proxy.demand import Demand, demand

#: Characters of a prompt that decide which engine has it in its prefix cache.
_PREFIX_CHARACTERS: Final = 1024
#: As many characters as a token has, roughly.
_CHARACTERS_PER_TOKEN: Final = 4
#: What streams ask for: usage at the end, and with each frame, so that it is known of a stream that is cut.
_COUNTED: Final[JsonObject] = {"include_usage": True, "continuous_usage_stats": True}
_OPENING: Final = b'{"stream_options":' + orjson.dumps(_COUNTED) + b","


@dataclass(slots=True)  # as frozen it would take several times as long to make
class InferenceRequest:
    """A completion or embedding that a client asks for. Never changed but by `drop_body`."""

    model: str
    stream: bool
    #: The client wants the frame with usage at the end of its stream, and usage in every other frame.
    show_usage: bool
    show_running_usage: bool
    demand: Demand
    #: Same for requests that share a conversation or the begin of a prompt.
    affinity: int
    #: Body for the engine: two parts, because joining them would copy what may be very large.
    opening: bytes
    rest: bytes | bytearray | memoryview

    @property
    def length(self) -> int:
        """Bytes of the body."""
        return len(self.opening) + len(self.rest)

    def drop_body(self) -> None:
        """Free its memory: an engine has it, and no other one will be asked."""
        self.opening = self.rest = b""


def parse(body: bytes | bytearray, path: str) -> InferenceRequest:
    """Read the body of a POST to `path`. Raises RefusedError (400, 413) for what no engine could make sense of."""
    if too_many_values(body):
        text = f"The body has more than {MOST_VALUES} values; an object counts as five."
        raise RefusedError(Denial(413, "body_too_large", text))
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
    completes = path != "/v1/embeddings"
    streams = bool(stream) and completes
    options = _stream_options(document) if streams else {}
    opening, rest = _counted(document, body, options) if streams else (b"", body)
    return InferenceRequest(
        model=model,
        stream=streams,
        show_usage=bool(options.get("include_usage")),
        show_running_usage=bool(options.get("include_usage") and options.get("continuous_usage_stats")),
        demand=demand(document, len(body), completes=completes),
        affinity=_affinity(document),
        opening=opening,
        rest=rest,
    )


def _stream_options(document: JsonObject) -> JsonObject:
    options = document.get("stream_options")
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise _bad("invalid_stream_options", "The field stream_options must be an object.")
    return options


def _counted(
    document: JsonObject, body: bytes | bytearray, options: JsonObject
) -> tuple[bytes, bytes | bytearray | memoryview]:
    """A body that makes the engine count in any case."""
    if "stream_options" not in document:
        return _OPENING, memoryview(body)[body.index(b"{") + 1 :]
    if all(options.get(name) is True for name in _COUNTED):
        return b"", body
    return b"", orjson.dumps({**document, "stream_options": {**options, **_COUNTED}})


def _affinity(document: JsonObject) -> int:
    """A conversation keeps its engine: its key if it has one, else how it begins, up to the first user message."""
    key = document.get("prompt_cache_key")
    if isinstance(key, str):
        return xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass"))
    messages, parts = document.get("messages"), 1
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        parts = 1 if messages[0].get("role") == "user" else 2
    text = "\n".join(_begin_of(part) for part in islice(_parts(document), parts))[:_PREFIX_CHARACTERS]
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))


def _parts(document: JsonObject) -> Iterator[Json]:
    """The parts of the prompt in order: strings, lists of token numbers, and objects for media."""
    messages = document.get("messages")
    if isinstance(messages, list):
        for message in messages:
            content = message.get("content") if isinstance(message, dict) else None
            if isinstance(content, list):
                yield from content
            else:
                yield content
        return
    prompt = document.get("prompt", document.get("input"))
    if isinstance(prompt, list) and prompt and not isinstance(prompt[0], int):
        yield from prompt
    else:
        yield prompt


def _begin_of(part: Json) -> str:
    text = part.get("text") if isinstance(part, dict) else part
    if isinstance(text, list):
        return str(text[: _PREFIX_CHARACTERS // _CHARACTERS_PER_TOKEN])
    return text[:_PREFIX_CHARACTERS] if isinstance(text, str) else ""


def _bad(code: str, message: str) -> RefusedError:
    return RefusedError(Denial(400, code, message))
