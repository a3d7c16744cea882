"""A gateway with scripted engines, and the view on it that the tests of the data plane share."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self
from uuid import uuid4

import orjson
from httpx2 import AsyncClient, Limits, Response

from gateway.jsontypes import Json, JsonObject
from harness.engine import ScriptedEngine
from harness.environment import FIRST_KEY
from harness.gateway import GatewayProcess
from harness.processes import eventually

CHAT = "/v1/chat/completions"


@dataclass(frozen=True)
class GatewayClient:
    """Talks to a gateway with one key."""

    http: AsyncClient
    port: int
    key: str = FIRST_KEY

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    async def ask(self, model: str, **fields: Json) -> Response:
        """Send a chat request and read the answer."""
        return await self.http.post(CHAT, json=chat(model, **fields), headers=self.headers)

    async def tenant(self, limits: JsonObject | None = None, model: str = "*", scope: str = "inference") -> Self:
        """Another customer of the gateway, with a key of this scope; asked for with a key that may do everything."""
        tenants = "/admin/v1/tenants"
        made = await self.http.post(tenants, json={"name": f"tenant {uuid4()}"}, headers=self.headers)
        path = f"{tenants}/{made.json()['id']}"
        if limits:
            answer = await self.http.put(f"{path}/limits/{model}", json=limits, headers=self.headers)
            assert answer.status_code == 204, answer.text
        key = await self.http.post(f"{path}/keys", json={"name": "k", "scopes": [scope]}, headers=self.headers)
        return replace(self, key=key.json()["secret"])

    async def metric(self, name: str, **labels: str) -> float:
        """The value of one series of /metrics; 0 when it does not exist."""
        text = (await self.http.get("/metrics")).text
        for line in text.splitlines():
            series, _, value = line.rpartition(" ")
            if series.partition("{")[0] == name and all(f'{key}="{given}"' in series for key, given in labels.items()):
                return float(value)
        return 0.0

    async def engines_ready(self, model: str, count: int) -> None:
        """Wait until the gateway has so many engines of the model to choose from."""

        async def ready() -> bool:
            return await self.metric("ai_gateway_engines", model=model, state="ready") == count

        await eventually(ready, f"{count} engines of {model} are ready", pause=0.1)

    async def open_stream(self, model: str, **fields: Json) -> "RawStream":
        """Send a streamed chat request on a connection of its own."""
        body = orjson.dumps(chat(model, stream=True, **fields))
        stream = await self.begin(f"content-length: {len(body)}", "connection: close")
        stream.writer.write(body)
        return stream

    async def begin(self, *headers: str, path: str = CHAT) -> "RawStream":
        """Send the head of a POST on a connection of its own; its body is still to come."""
        stream = RawStream(*await asyncio.open_connection("127.0.0.1", self.port, limit=2**16))
        lines = (f"POST {path} HTTP/1.1", "host: x", f"authorization: Bearer {self.key}", *headers)
        stream.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n")
        return stream


@dataclass(frozen=True)
class RawStream:
    """The bytes of an answer, and the means to leave before its end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def until(self, part: bytes) -> bytes:
        """Everything up to `part`. Raises IncompleteReadError when the answer ends before, TimeoutError after 20 s."""
        async with asyncio.timeout(20):
            return await self.reader.readuntil(part)

    async def answer(self) -> tuple[int, Json]:
        """Status and JSON of an answer that has a length. Raises TimeoutError after 20 s."""
        head = (await self.until(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        return int(head.split(" ")[1]), orjson.loads(await self.reader.readexactly(length))

    async def rest(self) -> bytes:
        """Everything to the end. Raises TimeoutError after 60 s."""
        async with asyncio.timeout(60):
            return await self.reader.read(-1)

    def leave(self) -> None:
        self.writer.transport.abort()


@asynccontextmanager
async def client_of(gateway: GatewayProcess) -> AsyncIterator[GatewayClient]:
    limits = Limits(max_connections=2000, max_keepalive_connections=200)
    async with AsyncClient(base_url=gateway.url, timeout=60, limits=limits, trust_env=False) as http:
        yield GatewayClient(http, gateway.port)


@asynccontextmanager
async def running(client: GatewayClient, *engines: ScriptedEngine) -> AsyncIterator[None]:
    """Run engines of one model each test's way, from when the gateway knows them until it has forgotten them."""
    for engine in engines:
        await engine.__aenter__()
    try:
        for model in {engine.model for engine in engines}:
            await client.engines_ready(model, sum(engine.model == model for engine in engines))
        yield
    finally:
        for engine in engines:
            await engine.kill()
        for model in {engine.model for engine in engines}:
            await client.engines_ready(model, 0)


def chat(model: str, **fields: Json) -> JsonObject:
    return {"model": model, "messages": [{"role": "user", "content": "Say something."}], **fields}


def code_of(answer: Json) -> Json:
    """The code of an error."""
    error = answer.get("error") if isinstance(answer, dict) else None
    return error.get("code") if isinstance(error, dict) else None


def payloads(stream: bytes | str) -> list[str]:
    """The data of every frame of a stream."""
    text = stream if isinstance(stream, str) else stream.decode()
    return [line[6:] for line in text.splitlines() if line.startswith("data: ")]


def contents(frames: Iterable[str]) -> str:
    """The answer that frames carry."""
    found = [orjson.loads(frame) for frame in frames if frame != "[DONE]"]
    deltas = [choice["delta"] for frame in found for choice in frame.get("choices", []) if "delta" in choice]
    return "".join(delta.get("content") or "" for delta in deltas)
