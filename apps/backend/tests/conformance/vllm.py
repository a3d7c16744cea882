"""An engine that answers like vLLM wherever OpenAI's clients look."""

import asyncio

import orjson

from gateway.jsontypes import Json, JsonObject
from harness.engine import answer, begin_stream, event, send, usage
from harness.wire import EngineRequest

TOOL_CALL: JsonObject = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city":"Oslo"}'},
}


async def vllm(request: EngineRequest, writer: asyncio.StreamWriter) -> None:
    """Answer chat, completions and embeddings, streamed where that is asked for."""
    document = request.document
    if request.path == "/v1/embeddings":
        await answer(writer, 200, orjson.dumps(_embeddings(document)))
    elif document.get("temperature") == 9:
        problem: Json = {"error": {"message": "temperature is too high", "type": "BadRequestError", "code": 400}}
        await answer(writer, 400, orjson.dumps(problem))
    elif document.get("stream"):
        await _stream(document, writer)
    elif request.path == "/v1/completions":
        choice: JsonObject = {"index": 0, "text": "four", "finish_reason": "stop", "logprobs": None}
        await answer(writer, 200, orjson.dumps(_completion("text_completion", choice)))
    else:
        await answer(writer, 200, orjson.dumps(_completion("chat.completion", _message(document))))


def _message(document: JsonObject) -> JsonObject:
    if document.get("tools"):
        message: JsonObject = {"role": "assistant", "content": None, "tool_calls": [TOOL_CALL]}
        return {"index": 0, "message": message, "finish_reason": "tool_calls"}
    text = '{"answer": 4}' if document.get("response_format") else "four"
    return {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}


def _completion(kind: str, choice: JsonObject) -> JsonObject:
    return {"id": "cmpl-1", "object": kind, "created": 1, "model": "small", "choices": [choice], "usage": usage(5, 2)}


def _embeddings(document: JsonObject) -> JsonObject:
    given = document["input"]
    count = len(given) if isinstance(given, list) else 1
    data: list[Json] = [{"object": "embedding", "index": n, "embedding": [0.5, -1.0, 2.0]} for n in range(count)]
    return {"object": "list", "model": "small", "data": data, "usage": {"prompt_tokens": 5, "total_tokens": 5}}


async def _stream(document: JsonObject, writer: asyncio.StreamWriter) -> None:
    await begin_stream(writer)
    for delta in _deltas(document):
        await send(writer, event(_chunk([{"index": 0, "delta": delta, "finish_reason": None}])))
    await send(writer, event(_chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}])))
    options = document.get("stream_options")
    if isinstance(options, dict) and options.get("include_usage"):
        await send(writer, event({**_chunk([]), "usage": usage(5, 2)}))
    await send(writer, b"data: [DONE]\n\n")
    await send(writer, b"")


def _deltas(document: JsonObject) -> list[JsonObject]:
    if document.get("tools"):
        head: JsonObject = {"index": 0, "id": "call_1", "type": "function"}
        first: JsonObject = {
            "role": "assistant",
            "tool_calls": [{**head, "function": {"name": "weather", "arguments": ""}}],
        }
        parts = ('{"city"', ':"Oslo"}')
        rest: list[JsonObject] = [{"tool_calls": [{"index": 0, "function": {"arguments": part}}]} for part in parts]
        return [first, *rest]
    return [{"role": "assistant", "content": ""}, {"content": "fo"}, {"content": "ur"}]


def _chunk(choices: list[Json]) -> JsonObject:
    return {"id": "cmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "small", "choices": choices}
