"""What HTTP/1.1 allows, what proxies make of it, and what goes beyond all measure."""

import asyncio
import contextlib
import socket

import orjson
import pytest
from httpx2 import AsyncClient

from harness.data_plane import CHAT, GatewayClient, RawStream, chat, running
from harness.engine import MakeEngines, polite
from harness.environment import FIRST_KEY
from harness.gateway import StartGateway


async def _connect(client: GatewayClient) -> RawStream:
    return RawStream(*await asyncio.open_connection("127.0.0.1", client.port))


def _request(client: GatewayClient, *headers: str, path: str = CHAT, method: str = "POST") -> bytes:
    body = orjson.dumps(chat("solo")) if method == "POST" else b""
    lines = (f"{method} {path} HTTP/1.1", "host: x", f"authorization: Bearer {client.key}", *headers)
    return "\r\n".join(lines).encode() + f"\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "offer",
    [
        ("upgrade: h2c", "connection: Upgrade, HTTP2-Settings", "http2-settings: AAMAAABkAAQAAP__"),
        ("upgrade: websocket", "connection: keep-alive, upgrade", "sec-websocket-key: x"),
        ("connection: upgrade", "upgrade: TLS/1.0"),
    ],
    ids=["h2c", "websocket", "tls"],
)
async def test_a_request_that_offers_another_protocol_is_answered_in_this_one(
    client: GatewayClient, engines: MakeEngines, offer: tuple[str, ...]
) -> None:
    (engine,) = engines("solo")
    async with running(client, engine):
        for pieces in (1, 2, 50):
            connection = await _connect(client)
            data = _request(client, *offer) * 2 + _request(client, *offer, path="/v1/models", method="GET")
            size = -(-len(data) // pieces)
            for start in range(0, len(data), size):
                connection.writer.write(data[start : start + size])
                await asyncio.sleep(0.005)
            statuses = [(await connection.answer())[0] for _ in range(3)]
            assert statuses == [200, 200, 200]
            connection.leave()
    assert all(request.document == chat("solo") for request in engine.requests)
    assert len(engine.requests) == 6


async def test_a_chunked_body_survives_an_offer_of_another_protocol(
    client: GatewayClient, engines: MakeEngines
) -> None:
    body = orjson.dumps(chat("solo"))
    async with running(client, *engines("solo")):
        stream = await client.begin("upgrade: h2c", "connection: upgrade", "transfer-encoding: chunked")
        stream.writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
        assert (await stream.answer())[0] == 200


async def test_a_proxy_is_not_what_this_is(client: GatewayClient) -> None:
    connection = await _connect(client)
    connection.writer.write(b"CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n")
    status, answer = await connection.answer()
    assert (status, isinstance(answer, dict) and "error" in answer) == (400, True)


async def test_what_is_no_http_gets_an_answer_that_says_so(client: GatewayClient) -> None:
    connection = await _connect(client)
    connection.writer.write(b"\x16\x03\x01\x00\xa5 hello\r\n\r\n")
    assert (await connection.answer())[0] == 400


async def test_what_is_no_http_does_not_get_into_an_answer_that_is_under_way(
    client: GatewayClient, engines: MakeEngines
) -> None:
    async with running(client, *engines("solo", polite(tokens=1000, pause_s=0.01))):
        connection = await _connect(client)
        body = orjson.dumps(chat("solo", stream=True))
        connection.writer.write(_request(client).partition(b"content-length")[0])
        connection.writer.write(f"content-length: {len(body)}\r\n\r\n".encode() + body)
        await connection.until(b"t3 ")
        connection.writer.write(b"oops\r\n\r\n")
        rest = await connection.rest()
    assert b"HTTP/1.1 400" not in rest


@pytest.mark.parametrize("headers", [b"x-long: " + b"x" * 100_000, b"x-short: y\r\n" * 10_000], ids=["one", "many"])
async def test_headers_that_are_too_large_are_refused(client: GatewayClient, headers: bytes) -> None:
    connection = await _connect(client)
    connection.writer.write(b"GET /health HTTP/1.1\r\nhost: x\r\n" + headers)
    assert (await connection.answer())[0] == 431


@pytest.mark.alone
async def test_headers_beyond_all_measure_are_not_read(client: GatewayClient) -> None:
    connection = await _connect(client)
    connection.writer.write(b"GET /health HTTP/1.1\r\nhost: x\r\nx-long: ")
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < 150_000_000:
            connection.writer.write(b"x" * 65_536)
            sent += 65_536
            await connection.writer.drain()
    assert sent < 50_000_000


async def test_trailers_beyond_all_measure_are_not_read(client: GatewayClient) -> None:
    stream = await client.begin("transfer-encoding: chunked")
    stream.writer.write(b"1\r\n{\r\n0\r\n" + b"x-long: " + b"x" * 200_000)
    with contextlib.suppress(ConnectionError):
        await stream.writer.drain()
        assert b"413" not in await stream.rest()


async def test_ordinary_headers_have_room(client: GatewayClient) -> None:
    headers = {f"x-{number}": "y" * 1000 for number in range(50)}
    assert (await client.http.get("/health", headers=headers)).status_code == 200


@pytest.mark.parametrize("path", ["/v1/models", "/v1/files", "/v1/batches", "/admin/v1/tenants"])
async def test_a_slash_at_the_end_means_the_same_path(client: GatewayClient, path: str) -> None:
    for end in ("/", "//"):
        answer = await client.http.get(path + end, headers=client.headers)
        assert (answer.status_code, answer.json()) == (
            200,
            (await client.http.get(path, headers=client.headers)).json(),
        )


async def test_a_slash_at_the_end_of_a_post_means_the_same_path(client: GatewayClient, engines: MakeEngines) -> None:
    async with running(client, *engines("solo")):
        answer = await client.http.post(f"{CHAT}/", json=chat("solo"), headers=client.headers)
        assert answer.status_code == 200
    batch = {"input_file_id": "file_" + "0" * 24, "endpoint": CHAT, "completion_window": "24h"}
    answer = await client.http.post("/v1/batches/", json=batch, headers=client.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


async def test_a_whole_number_may_be_written_as_a_fraction(client: GatewayClient, engines: MakeEngines) -> None:
    (engine,) = engines("solo")
    async with running(client, engine):
        answer = await client.ask("solo", max_tokens=256.0)
    assert answer.status_code == 200
    assert engine.requests[0].document["max_tokens"] == 256


async def test_after_a_refusal_that_came_before_its_body_the_connection_is_good_for_the_next_request(
    client: GatewayClient, engines: MakeEngines
) -> None:
    async with running(client, *engines("solo")):
        connection = await GatewayClient(client.http, client.port, "sk-nobody").begin("content-length: 100000")
        assert (await connection.answer())[0] == 401
        connection.writer.write(b" " * 100_000 + _request(client))
        assert (await connection.answer())[0] == 200


@pytest.mark.parametrize("path", [CHAT, "/v1/files"])
async def test_a_client_that_asks_whether_to_send_its_body_is_refused_for_good(
    client: GatewayClient, path: str
) -> None:
    nobody = GatewayClient(client.http, client.port, "sk-nobody")
    stream = await nobody.begin("expect: 100-continue", "content-length: 100000", path=path)
    answer = await stream.rest()
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"connection: close\r\n" in answer


async def test_it_is_reached_by_ipv6_and_ipv4(start_gateway: StartGateway) -> None:
    gateway = start_gateway(GATEWAY_HOST=None)
    hosts = ["127.0.0.1", "[::1]"] if socket.has_dualstack_ipv6() else ["127.0.0.1"]
    for host in hosts:
        async with AsyncClient(base_url=f"http://{host}:{gateway.port}", trust_env=False) as http:
            answer = await http.get("/v1/models", headers={"authorization": f"Bearer {FIRST_KEY}"})
            assert answer.status_code == 200
