"""An API server that says about EndpointSlices what a test tells it."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

import orjson

from gateway.jsontypes import Json, JsonObject
from gateway.routing.settings import KubernetesApiSettings
from harness.certificates import Certificates
from harness.engine import answer, send
from harness.processes import free_port
from harness.wire import Reader, read

#: Sends the answer to one question.
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Question:
    """What was asked, and with whose token."""

    path: str
    query: dict[str, str]
    token: str


class ScriptedApi:
    """Listens with TLS on `localhost` inside `async with`. Each question gets the next answer, or waits for one."""

    def __init__(self, folder: Path, *answers: Answer) -> None:
        self.certificates = Certificates(folder)
        self.token = folder / "token"
        self.token.write_text("first-token\n")
        self.port = free_port()
        self.questions: list[Question] = []
        self._answers: asyncio.Queue[Answer] = asyncio.Queue()
        self._connections: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.then(*answers)

    @property
    def environment(self) -> dict[str, str]:
        """What Kubernetes tells a pod, with the files at another place."""
        values = {
            "HOST": "localhost",
            "PORT": str(self.port),
            "TOKEN_FILE": str(self.token),
            "CA_FILE": str(self.certificates.authority),
        }
        return {f"KUBERNETES_SERVICE_{name}": value for name, value in values.items()}

    @property
    def settings(self) -> KubernetesApiSettings:
        return KubernetesApiSettings(
            host="localhost", port=self.port, token_file=self.token, ca_file=self.certificates.authority
        )

    def then(self, *answers: Answer) -> None:
        """Give these answers after those that were told before."""
        for each in answers:
            self._answers.put_nowait(each)

    async def __aenter__(self) -> Self:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.certificates.server)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connect, "127.0.0.1", self.port, ssl=context)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Go away: every connection is reset, new ones are refused."""
        if self._server:
            self._server.close()
        for writer in list(self._connections):
            writer.transport.abort()

    def _connect(self) -> asyncio.StreamReaderProtocol:
        reader = Reader()
        return asyncio.StreamReaderProtocol(reader, lambda _, writer: self._serve(reader, writer))

    async def _serve(self, reader: Reader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while request := await read(reader):
                target = urlsplit(request.path)
                token = request.headers["authorization"].removeprefix("Bearer ")
                self.questions.append(Question(target.path, dict(parse_qsl(target.query)), token))
                give = await self._answers.get()
                await give(writer)
        except ConnectionError:
            pass
        finally:
            self._connections.discard(writer)
            writer.close()


def endpoint_slice(name: str, version: int, *endpoints: JsonObject, kind: str = "IPv4") -> JsonObject:
    return {
        "metadata": {"name": name, "resourceVersion": str(version)},
        "addressType": kind,
        "endpoints": list(endpoints),
    }


def endpoint(address: str, **conditions: bool | None) -> JsonObject:
    return {"addresses": [address], "conditions": dict(conditions)}


def listing(version: int, *slices: JsonObject) -> Answer:
    document: JsonObject = {"metadata": {"resourceVersion": str(version)}, "items": list(slices)}
    return lambda writer: answer(writer, 200, orjson.dumps(document))


def refusal(status: int, message: str) -> Answer:
    return lambda writer: answer(writer, status, orjson.dumps({"kind": "Status", "message": message}))


def event(kind: str, body: JsonObject) -> JsonObject:
    return {"type": kind, "object": body}


def bookmark(version: int) -> JsonObject:
    """As the API server writes it, with nothing but the version."""
    body: JsonObject = {
        "metadata": {"resourceVersion": str(version), "creationTimestamp": None},
        "endpoints": None,
        "addressType": "",
        "ports": None,
    }
    return event("BOOKMARK", body)


def expired() -> JsonObject:
    """How a watch says that it cannot go on from its version."""
    return event("ERROR", {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"})


async def end(writer: asyncio.StreamWriter) -> None:
    """End a watch as the API server does when its time is over."""
    await send(writer, b"")


async def cut(writer: asyncio.StreamWriter) -> None:
    """Break off in the middle of an event."""
    await send(writer, b'{"type": "ADD')
    writer.transport.abort()
    raise ConnectionResetError


async def hold(_: asyncio.StreamWriter) -> None:
    """Keep a watch open without another word."""
    await asyncio.Event().wait()


def watched(*events: Json, then: Answer) -> Answer:
    """A watch that tells these events, and goes on with `then`."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        for each in events:
            await send(writer, orjson.dumps(each) + b"\n")
        await writer.drain()
        await then(writer)

    return script
