"""A trace goes through the gateway, and its part of it to a collector."""

import asyncio

from harness.data_plane import CHAT, chat, client_of, running
from harness.engine import MakeEngines
from harness.gateway import StartGateway
from harness.processes import eventually

_TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_PARENT = "00f067aa0ba902b7"


async def test_a_span_is_exported_and_is_the_parent_of_the_engines(
    start_gateway: StartGateway, engines: MakeEngines
) -> None:
    received = bytearray()

    async def collect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        received.extend(await reader.readexactly(int(length.split(b":")[1])))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    collector = await asyncio.start_server(collect, "127.0.0.1", 0)
    port = collector.sockets[0].getsockname()[1]
    gateway = await asyncio.to_thread(
        start_gateway,
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{port}",
        OTEL_EXPORTER_OTLP_COMPRESSION="none",
        OTEL_BSP_SCHEDULE_DELAY="100",
    )
    (engine,) = engines("solo")
    async with collector, client_of(gateway) as client, running(client, engine):
        headers = {**client.headers, "traceparent": f"00-{_TRACE}-{_PARENT}-01"}
        await client.http.post(CHAT, json=chat("solo"), headers=headers)
        _, trace, span, _ = engine.requests[0].headers["traceparent"].split("-")

        async def exported() -> bool:
            return bytes.fromhex(trace) in received and bytes.fromhex(span) in received

        await eventually(exported, "the span is at the collector")
    assert trace == _TRACE
    assert span != _PARENT
    assert b"Say something" not in received
