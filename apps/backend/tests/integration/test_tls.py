"""Stores behind TLS: accepted with the right authority and name, refused otherwise."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from gateway.redis_client import connect
from gateway.redis_link import RedisLink
from gateway.settings import PostgresSettings, RedisSettings
from gateway.storage.database import Database
from harness import postgres, redis
from harness.certificates import Certificates
from harness.postgres import PostgresServer
from harness.redis import RedisServer


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path)


@pytest.fixture
def redis_server(tmp_path: Path, certificates: Certificates) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis", certificates.server, certificates.authority)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_server_with_tls(tmp_path: Path, certificates: Certificates) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path / "postgres", certificates.server)
    server.start()
    yield server
    server.stop()


def _secret(folder: Path, value: str) -> Path:
    path = folder / f"secret-{len(value)}"
    path.write_text(value)
    return path


async def test_c298_redis_is_trusted_by_its_authority_and_its_name_only(
    tmp_path: Path, redis_server: RedisServer, certificates: Certificates
) -> None:
    def settings(host: str, authority: Path) -> RedisSettings:
        password = _secret(tmp_path, redis.PASSWORD)
        return RedisSettings(host=host, port=redis_server.port, password_file=password, ca_file=authority)

    right = settings("localhost", certificates.authority)
    link = RedisLink(right)
    assert await link.call("PING") == b"PONG"
    await link.close()
    async with connect(right) as client:
        assert await client.ping()
    for wrong in (settings("localhost", certificates.stranger), settings("127.0.0.1", certificates.authority)):
        with pytest.raises(ssl.SSLCertVerificationError):
            await RedisLink(wrong).call("PING")
        async with connect(wrong) as client:
            with pytest.raises(RedisError):
                await client.ping()


async def test_c299_postgres_is_trusted_by_its_authority_and_its_name_only(
    tmp_path: Path, postgres_server_with_tls: PostgresServer, certificates: Certificates
) -> None:
    def database(host: str, authority: Path | None) -> Database:
        return Database(
            PostgresSettings(
                host=host,
                port=postgres_server_with_tls.port,
                database="postgres",
                username_file=_secret(tmp_path, postgres.USER),
                password_file=_secret(tmp_path, postgres.PASSWORD),
                ca_file=authority,
            )
        )

    right = database("localhost", certificates.authority)
    await right.ping()
    await right.close()
    for host, authority in (("localhost", certificates.stranger), ("127.0.0.1", certificates.authority)):
        with pytest.raises(ssl.SSLCertVerificationError):
            await database(host, authority).ping()
    with pytest.raises(Exception, match="no encryption"):
        await database("localhost", None).ping()
