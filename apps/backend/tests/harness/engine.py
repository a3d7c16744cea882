"""A model server that does what a test tells it, also what no model server should do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

import orjson

from gateway.jsontypes import Json, JsonObject
from harness.environment import Engine
from harness.processes import free_port
from harness.wire import EngineRequest, Reader, read

#: How an engine answers a request for inference.
Script = Callable[["EngineRequest", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class ScriptedEngine:
    """Listens on 127.0.0.1 inside `async with`. `/health` is 200 unless `healthy` is False."""

    model: str
    script: Script
    port: int = field(default_factory=free_port)
    healthy: bool = True
    #: What `/v1/models` says that the model reads and writes for one answer; 0: nothing.
    context: int = 0
    requests: list[EngineRequest] = field(default_factory=list)
    #: Requests whose connection the gateway closed before the script came to its end.
    cut: int = 0
    _connections: set[asyncio.StreamWriter] = field(default_factory=set)
    _server: asyncio.Server | None = None

    @property
    def settings(self) -> Engine:
        return Engine(self.model, self.port)

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connect, "127.0.0.1", self.port, backlog=1024)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def kill(self) -> None:
        """Die: every connection is reset, new ones are refused."""
        if self._server:
            self._server.close()
        for writer in list(self._connections):
            writer.transport.abort()

    def close_idle(self) -> None:
        """Close every connection as a server does whose keep-alive time is over: without a word."""
        for writer in list(self._connections):
            writer.close()

    def _connect(self) -> asyncio.StreamReaderProtocol:
        reader = Reader()
        return asyncio.StreamReaderProtocol(reader, lambda _, writer: self._serve(reader, writer))

    async def _serve(self, reader: "Reader", writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while request := await read(reader):
                if request.path == "/health":
                    await answer(writer, 200 if self.healthy else 503, b"")
                    continue
                if request.path == "/v1/models":
                    card: Json = {"id": self.model, "max_model_len": self.context or None}
                    await answer(writer, 200, orjson.dumps({"object": "list", "data": [card]}))
                    continue
                self.requests.append(request)
                await self._play(request, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _play(self, request: EngineRequest, reader: "Reader", writer: asyncio.StreamWriter) -> None:
        script = asyncio.ensure_future(self.script(request, writer))
        gone = asyncio.ensure_future(reader.ended.wait())
        await asyncio.wait((script, gone), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not script.done() or script.exception():
            self.cut += 1
            script.cancel()
            raise ConnectionError


async def answer(writer: asyncio.StreamWriter, status: int, body: bytes) -> None:
    """Send a complete answer of JSON."""
    head = f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


async def begin_stream(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    await writer.drain()


async def send(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send one chunk of a stream; an empty one ends it."""
    writer.write(b"%x\r\n%b\r\n" % (len(data), data))
    await writer.drain()


def event(document: Json) -> bytes:
    return b"data: " + orjson.dumps(document) + b"\n\n"


def token(text: str, **fields: Json) -> bytes:
    """A frame that carries a piece of an answer, and further fields."""
    choices: Json = [{"index": 0, "delta": {"content": text}}]
    return event({"id": "x", "object": "chat.completion.chunk", "choices": choices, **fields})


def usage(prompt: int, completion: int) -> JsonObject:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def polite(tokens: int = 3, pause_s: float = 0.0, prompt_tokens: int = 7) -> Script:
    """Answer as vLLM does, with the tokens `t0 t1 ...`."""

    async def script(request: EngineRequest, writer: asyncio.StreamWriter) -> None:
        words = [f"t{number} " for number in range(tokens)]
        counted = usage(prompt_tokens, tokens)
        if not request.document.get("stream"):
            await asyncio.sleep(pause_s * tokens)
            choices: Json = [{"index": 0, "message": {"role": "assistant", "content": "".join(words)}}]
            document: Json = {"id": "x", "object": "chat.completion", "choices": choices, "usage": counted}
            await answer(writer, 200, orjson.dumps(document))
            return
        await begin_stream(writer)
        for number, word in enumerate(words, 1):
            await send(writer, token(word, **_so_far(request, usage(prompt_tokens, number))))
            if pause_s:
                await asyncio.sleep(pause_s)
        await send(writer, event({"id": "x", "choices": [], "usage": counted}))
        await send(writer, b"data: [DONE]\n\n")
        await send(writer, b"")

    return script


def _so_far(request: EngineRequest, counted: JsonObject) -> JsonObject:
    options = request.document.get("stream_options")
    asked = isinstance(options, dict) and options.get("include_usage") and options.get("continuous_usage_stats")
    return {"usage": counted} if asked else {}


def raw(*parts: bytes, then: Script, pause_s: float = 0.0) -> Script:
    """Begin a stream, send these chunks, and go on with `then`."""

    async def script(request: EngineRequest, writer: asyncio.StreamWriter) -> None:
        await begin_stream(writer)
        for part in parts:
            await send(writer, part)
            await asyncio.sleep(pause_s)
        await then(request, writer)

    return script


async def silent(_: EngineRequest, __: asyncio.StreamWriter) -> None:
    """Say nothing, and keep the connection."""
    await asyncio.Event().wait()


async def finished(_: EngineRequest, __: asyncio.StreamWriter) -> None:
    """Nothing more; the connection is kept."""


async def reset(_: EngineRequest, writer: asyncio.StreamWriter) -> None:
    """Cut the connection."""
    writer.transport.abort()
    raise ConnectionResetError


def whole(status: int, body: bytes) -> Script:
    """Answer with this status and body."""

    async def script(_: EngineRequest, writer: asyncio.StreamWriter) -> None:
        await answer(writer, status, body)

    return script


#: Makes engines of a model, one per script; without scripts all are polite.
MakeEngines = Callable[..., list[ScriptedEngine]]
