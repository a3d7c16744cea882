"""The begin of an engine's answer, from which its client hears nothing before it is known to be one."""

from dataclasses import dataclass
from typing import Final

import orjson

from gateway.jsontypes import Json
from gateway.proxy.answer_stream import AnswerStream
from gateway.proxy.connection import EngineConnection
from gateway.proxy.engine_usage import Usage, usage_of
from gateway.proxy.frames import ABORTED
from gateway.proxy.inference_request import InferenceRequest
from gateway.proxy.passage import LargeAnswer, Passage
from gateway.proxy.relay import refuse_failure

#: Answers of an engine that is leaving, broken or overloaded: another one may do better.
_ENGINE_FAULTS: Final = frozenset({500, 502, 503, 504})
#: Bytes of an answer that is not streamed up to which it is looked at before any of it goes to the client.
_LARGEST_KEPT: Final = 256 * 1024


@dataclass(slots=True)
class Answer:
    """What an engine has said so far: everything, or the first of what passes through as it comes."""

    status: int
    content_type: bytes
    body: bytes
    usage: Usage | None
    #: Where the rest comes from; None when `body` is complete.
    rest: Passage | None = None


async def begin_answer(connection: EngineConnection, request: InferenceRequest) -> Answer:
    """What comes first of an answer whose head has come, or all of it. Raises EngineError."""
    content_type = connection.content_type
    if connection.status in _ENGINE_FAULTS:
        raise connection.error("status", f"answered {connection.status}")
    if connection.status == 200 and request.stream:
        stream = _stream(request)
        return Answer(200, content_type, await _first_frames(connection, stream), None, stream)
    body = await _kept(connection)
    if ABORTED in body:
        raise connection.error("status", "gave its answer up")
    if not connection.complete:
        large = LargeAnswer()
        return Answer(connection.status, content_type, large.feed(body), None, large)
    return Answer(connection.status, content_type, body, _usage(connection, body))


def _stream(request: InferenceRequest) -> AnswerStream:
    return AnswerStream(
        show_usage=request.show_usage,
        show_running_usage=request.show_running_usage,
        choices=request.demand.choices,
        sequences=request.demand.sequences,
    )


async def _first_frames(connection: EngineConnection, rest: Passage) -> bytes:
    try:
        while not rest.ended:
            data = await connection.read()
            if not data:
                raise connection.error("reset", "its stream ended without [DONE]")
            if frames := rest.feed(data):
                return frames
    except ValueError as error:
        raise connection.error("malformed", f"sent no valid stream ({error})") from error
    refuse_failure(connection, rest)
    return b""


async def _kept(connection: EngineConnection) -> bytes:
    """The whole body, or the begin of one that is too large to be kept."""
    parts: list[bytes] = []
    size = 0
    while size <= _LARGEST_KEPT and (data := await connection.read()):
        parts.append(data)
        size += len(data)
    return b"".join(parts)


def _usage(connection: EngineConnection, body: bytes) -> Usage | None:
    try:
        answer: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise connection.error("malformed", f"sent no JSON ({error})") from error
    return usage_of(answer)
