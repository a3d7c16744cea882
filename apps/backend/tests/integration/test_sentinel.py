"""One server and Sentinel: which server is connected to, and which is trusted."""

from pathlib import Path

import pytest
from redis.exceptions import RedisError, ResponseError

from gateway.redis_client import connect
from gateway.redis_link import RedisLink
from harness import redis
from harness.certificates import Certificates
from harness.processes import free_port
from harness.redis import RedisServer
from harness.sentinel import Sentinel, sentinel_settings


@pytest.mark.parametrize(
    "ending", [("REPLICAOF", "localhost", "{port}"), ("CONFIG", "SET", "min-replicas-to-write", "1")]
)
async def test_a_server_that_refuses_writes_is_left_for_the_master(
    tmp_path: Path, request: pytest.FixtureRequest, ending: tuple[str, ...]
) -> None:
    """It is a replica now, or it was cut off; either way the connection to it is still open."""
    old, new = (RedisServer(tmp_path / name, options=("--masterauth", redis.PASSWORD)) for name in ("old", "new"))
    sentinel = Sentinel(tmp_path / "sentinel", "127.0.0.1", port := free_port(), old, quorum=1)
    for part in (old, new, sentinel):
        request.addfinalizer(part.stop)
        part.start()
    link = RedisLink(sentinel_settings(tmp_path, "localhost", port))
    await link.call("SET", "only on the old one", "1")
    await link.call(*(part.format(port=new.port) for part in ending))
    sentinel.watch(new)
    with pytest.raises(ResponseError, match=r"READONLY|NOREPLICAS"):
        await link.call("SET", "name", "1")
    await link.call("SET", "name", "1")
    assert await link.call("GET", "only on the old one") is None
    await link.close()


async def test_sentinel_and_servers_are_trusted_by_their_authority_only(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    certificates = Certificates(tmp_path)
    tls = (certificates.server, certificates.authority)
    server = RedisServer(tmp_path / "server", *tls)
    sentinel = Sentinel(tmp_path / "sentinel", "127.0.0.1", port := free_port(), server, *tls, quorum=1)
    for part in (server, sentinel):
        request.addfinalizer(part.stop)
        part.start()
    right = sentinel_settings(tmp_path, "localhost", port, certificates.authority)
    link = RedisLink(right)
    assert await link.call("PING") == b"PONG"
    await link.close()
    async with connect(right) as client:
        assert await client.ping()
    wrong = sentinel_settings(tmp_path, "localhost", port, certificates.stranger)
    with pytest.raises(ConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
        await RedisLink(wrong).call("PING")
    async with connect(wrong) as client:
        with pytest.raises(RedisError, match="CERTIFICATE_VERIFY_FAILED"):
            await client.ping()
