"""Requests that this process makes to its own hot path, with the limits, routing and usage of any other request."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

import orjson
from starlette.types import ASGIApp, Message, Scope

from gateway.contracts import INTERNAL_CALL, InternalCall
from gateway.jsontypes import Json, JsonObject


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
        exchange = _Exchange(content)
        await self._app(scope, exchange.receive, exchange.send)
        return exchange.answer()


class _Exchange:
    """Both ends of one request."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content
        self._status = 500
        self._parts: list[bytes] = []

    async def receive(self) -> Message:
        content, self._content = self._content, None
        if content is None:
            await asyncio.Event().wait()  # this client never disconnects
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))

    def answer(self) -> InferenceAnswer:
        content = b"".join(self._parts)
        try:
            return InferenceAnswer(self._status, orjson.loads(content))
        except orjson.JSONDecodeError:
            return InferenceAnswer(502, content.decode(errors="replace"))
