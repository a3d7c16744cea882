"""What a batch gets of an answer, in whatever way the hot path gives it."""

import orjson
from starlette.types import Receive, Scope, Send

from gateway.contracts import InternalCall
from gateway.jsontypes import JsonObject
from gateway.proxy.chunks import chunk
from gateway.proxy.client import Client
from gateway.proxy.client_connection import CLIENT
from gateway.workers.inference import InferenceAnswer, OwnHotPath
from harness.principals import principal

_ANSWER: JsonObject = {"choices": [{"text": "x" * 1000}]}
_BYTES = orjson.dumps(_ANSWER)


async def whole(scope: Scope, _: Receive, __: Send) -> None:
    client: Client = scope[CLIENT]
    client.answer(200, (), _BYTES)


async def in_pieces(scope: Scope, _: Receive, __: Send) -> None:
    client: Client = scope[CLIENT]
    client.begin(200, (), _BYTES[:10])
    assert client.write(chunk(_BYTES[10:500]), lambda: None)
    assert client.write(chunk(_BYTES[500:900]), lambda: None)
    client.end(_BYTES[900:])


async def cut(scope: Scope, _: Receive, __: Send) -> None:
    client: Client = scope[CLIENT]
    client.begin(200, (), _BYTES[:10])
    client.cut()


async def test_an_answer_is_the_same_whole_and_in_pieces() -> None:
    call = InternalCall(principal(), "breq_1-1")
    for app in (whole, in_pieces):
        assert await OwnHotPath(app).post("/v1/completions", {}, call) == InferenceAnswer(200, _ANSWER)
    assert (await OwnHotPath(cut).post("/v1/completions", {}, call)).status == 502
