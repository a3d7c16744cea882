"""Requests that this process makes to its own hot path, with the limits, routing and usage of any other request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import orjson
from starlette.types import ASGIApp, Message, Scope

from gateway.contracts import INTERNAL_CALL, Headers, InternalCall
from gateway.jsontypes import Json, JsonObject
from gateway.proxy.chunks import data_in
from gateway.proxy.client_connection import CLIENT


@dataclass(frozen=True, slots=True)
class InferenceAnswer:
    """An answer of the hot path."""

    status: int
    body: Json


class InferenceClient(Protocol):
    """Where batches send their requests."""

    async def post(self, endpoint: str, body: JsonObject, call: InternalCall) -> InferenceAnswer: ...


class OwnHotPath:
    """Implements `InferenceClient` without a network: the principal is handed over, so no key is needed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def post(self, endpoint: str, body: JsonObject, call: InternalCall) -> InferenceAnswer:
        content = orjson.dumps(body)
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": endpoint,
            "raw_path": endpoint.encode(),
            "query_string": b"",
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))],
            "client": None,
            "server": None,
            INTERNAL_CALL: call,
        }
        client = _OwnClient(content)
        scope[CLIENT] = client
        await self._app(scope, _nothing_to_receive, _nothing_to_send)
        return client.answered


async def _nothing_to_receive() -> Message:
    raise RuntimeError("the body of an internal request is there from the start")


async def _nothing_to_send(message: Message) -> None:
    raise RuntimeError(f"an internal request is answered without ASGI messages, but {message['type']} was sent")


class _OwnClient:
    """Implements `Client` for a request that is not streamed and never given up."""

    gone = False

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._status = 500
        self._pieces: list[bytes] = []
        self.answered = InferenceAnswer(500, None)

    def take_body(self) -> bytes:
        return self._content

    def watch(self, gone: Callable[[], object]) -> None: ...

    def unwatch(self) -> None: ...

    def answer(self, status: int, headers: Headers, body: bytes) -> None:
        try:
            self.answered = InferenceAnswer(status, orjson.loads(body))
        except orjson.JSONDecodeError:
            self.answered = InferenceAnswer(502, body.decode(errors="replace"))

    def begin(self, status: int, headers: Headers, begin: bytes) -> None:
        self._status, self._pieces = status, [begin]

    def write(self, chunks: bytes, writable: Callable[[], object]) -> bool:
        self._pieces.append(data_in(chunks))
        return True

    def end(self, end: bytes) -> None:
        self.answer(self._status, (), b"".join((*self._pieces, end)))

    def cut(self) -> None:
        self.answered = InferenceAnswer(502, None)
