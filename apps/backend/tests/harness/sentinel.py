"""Three Redis servers, one of them master, and the Sentinels that watch them."""

import signal
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from redis import Redis

from gateway.settings import RedisSettings
from harness.binaries import library_path
from harness.processes import Process, free_port
from harness.redis import PASSWORD, RedisServer, listening, redis_binary

MASTER = "main"
#: One for each pod: all Sentinels of a headless Service have the same port.
ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")

#: A name that has each of them, as a headless Service's has its pods'.
SERVICE = "redis.example"


def resolve_service(patch: pytest.MonkeyPatch) -> None:
    """Stand in for the cluster's DNS: this process finds `ADDRESSES` behind `SERVICE`."""
    resolve: Callable[..., Sequence[object]] = socket.getaddrinfo

    def answer(host: str, *rest: object, **options: object) -> list[object]:
        hosts = ADDRESSES if host == SERVICE else (host,)
        return [found for each in hosts for found in resolve(each, *rest, **options)]

    patch.setattr(socket, "getaddrinfo", answer)


def sentinel_settings(folder: Path, host: str, sentinel_port: int, authority: Path | None = None) -> RedisSettings:
    """What a client of the servers that Sentinel at `host` watches is told."""
    password = folder / "password"
    password.write_text(PASSWORD)
    return RedisSettings(
        host=host,
        port=1,  # nobody listens there: only Sentinel says where the servers are
        password_file=password,
        ca_file=authority,
        sentinel_port=sentinel_port,
        sentinel_master=MASTER,
    )


class Sentinel:
    """Sentinel at one address. It takes a server that is silent for a second as dead."""

    def __init__(
        self,
        folder: Path,
        address: str,
        port: int,
        master: RedisServer,
        certificate: tuple[Path, Path] | None = None,
        authority: Path | None = None,
        *,
        quorum: int,
    ) -> None:
        folder.mkdir(parents=True)
        self._address = address
        self._port = port
        self._folder = folder
        self._config = folder / "sentinel.conf"
        self._tls = listening(port, certificate, authority)
        self._process: Process | None = None
        self._config.write_text(
            f"bind {address}\nrequirepass {PASSWORD}\ndir {folder}\n"
            "sentinel resolve-hostnames yes\nsentinel announce-hostnames yes\n"
            f"sentinel announce-ip {address}\nsentinel sentinel-pass {PASSWORD}\n"
            f"sentinel monitor {MASTER} localhost {master.port} {quorum}\nsentinel auth-pass {MASTER} {PASSWORD}\n"
            f"sentinel down-after-milliseconds {MASTER} 1000\nsentinel failover-timeout {MASTER} 5000\n"
        )

    def start(self) -> None:
        binary = redis_binary()
        self._process = Process(
            "redis-sentinel",
            ["redis-sentinel", str(self._config), *self._tls],
            self._folder / "sentinel.log",
            env=library_path(binary),
            executable=binary,
        )
        self._process.wait_until(self._listens)

    def sees(self, *, replicas: int, sentinels: int) -> bool:
        with self.client() as client:
            seen = client.info("sentinel").get("master0", {})
        return (seen.get("status"), seen.get("slaves"), seen.get("sentinels")) == ("ok", replicas, sentinels)

    def watch(self, master: RedisServer) -> None:
        """Forget the servers it knew, and watch these."""
        with self.client() as client:
            client.execute_command("SENTINEL", "REMOVE", MASTER)
            client.execute_command("SENTINEL", "MONITOR", MASTER, "localhost", master.port, 1)
            client.execute_command("SENTINEL", "SET", MASTER, "auth-pass", PASSWORD)

    def client(self) -> Redis:
        return Redis(self._address, self._port, password=PASSWORD)

    def stop(self) -> None:
        """Kill Sentinel at once."""
        if self._process:
            self._process.stop(signal.SIGKILL)
            self._process = None

    def _listens(self) -> bool:
        try:
            socket.create_connection((self._address, self._port), timeout=1).close()
        except OSError:
            return False
        return True


class WatchedRedis:
    """Three pods of a StatefulSet, each with a server and a Sentinel; the first one begins as master."""

    def __init__(self, folder: Path) -> None:
        common = ("--masterauth", PASSWORD, "--replica-announce-ip", "localhost", "--repl-diskless-sync-delay", "0")
        first = RedisServer(folder / "0", options=common)
        replica = (*common, "--replicaof", "localhost", str(first.port))
        self.servers = [first, *(RedisServer(folder / str(number), options=replica) for number in (1, 2))]
        self.sentinel_port = free_port()
        self._sentinels = [
            Sentinel(folder / f"sentinel-{number}", address, self.sentinel_port, first, quorum=2)
            for number, address in enumerate(ADDRESSES)
        ]

    def start(self) -> None:
        """Start everything and wait until each Sentinel knows all of it."""
        for server in self.servers:
            server.start()
        for sentinel in self._sentinels:
            sentinel.start()
        deadline = time.monotonic() + 30
        while not all(sentinel.sees(replicas=2, sentinels=3) for sentinel in self._sentinels):
            if time.monotonic() > deadline:
                raise AssertionError("the Sentinels have not found each other and the replicas after 30 s")
            time.sleep(0.1)

    def stop(self) -> None:
        for sentinel in self._sentinels:
            sentinel.stop()
        for server in self.servers:
            server.stop()

    def kill_first_pod(self) -> None:
        self.servers[0].stop()
        self._sentinels[0].stop()

    def start_first_pod(self) -> None:
        self.servers[0].start()
        self._sentinels[0].start()
