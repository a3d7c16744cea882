"""A Redis server of its own for a test run."""

import signal
import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

from harness.binaries import find_binary, library_path
from harness.processes import Process, free_port

PACKAGES = ("redis-tools", "libjemalloc2", "liblzf1")
PASSWORD = "redis-test-password"  # only ever listens on 127.0.0.1


def redis_binary() -> Path:
    """The program that is server and Sentinel, according to the name it is called by."""
    return find_binary("redis-server", patterns=("usr/bin/redis-server", "usr/bin/redis-check-rdb"), packages=PACKAGES)


def listening(port: int, certificate: tuple[Path, Path] | None, authority: Path | None) -> list[str]:
    """Options of a server or Sentinel that listens with TLS when there is a certificate, else without."""
    if certificate is None:
        return ["--port", str(port)]
    chain, key = certificate
    options = ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no", "--tls-replication", "yes"]
    return [*options, "--tls-cert-file", str(chain), "--tls-key-file", str(key), "--tls-ca-cert-file", str(authority)]


class RedisServer:
    """Redis on 127.0.0.1 with a password and an append-only file: `stop` and `start` keep the data."""

    def __init__(
        self,
        folder: Path,
        certificate: tuple[Path, Path] | None = None,
        authority: Path | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """With `certificate` (chain, key in PEM) and the CA that signed it, the server speaks TLS and nothing else.

        `options` are further ones of `redis-server`.
        """
        self.port = free_port()
        self._options = options
        self._folder = folder
        self._certificate = certificate
        self._authority = authority
        self._binary = redis_binary()
        self._process: Process | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--dir", str(self._folder), "--requirepass", PASSWORD, "--save", ""]
        options += ["--appendonly", "yes", "--appendfsync", "no"]
        options += listening(self.port, self._certificate, self._authority)
        # Debian ships one program under several names, and it looks at the name it was called by.
        self._process = Process(
            "redis",
            ["redis-server", *options, *self._options],
            self._folder / "redis.log",
            env=library_path(self._binary),
            executable=self._binary,
        )
        self._process.wait_until(self._accepts)

    @property
    def pid(self) -> int:
        """Raises RuntimeError while the server does not run."""
        if self._process is None:
            raise RuntimeError("Redis is not running")
        return self._process.pid

    def stop(self) -> None:
        """Kill the server at once; what it acknowledged is in the append-only file."""
        if self._process:
            self._process.stop(signal.SIGKILL)
            self._process = None

    def _accepts(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as plain:
                if self._certificate is None:
                    return self._answers(plain)
                context = ssl.create_default_context(cafile=str(self._authority))
                with context.wrap_socket(plain, server_hostname="localhost") as encrypted:
                    return self._answers(encrypted)
        except OSError:
            return False

    @staticmethod
    def _answers(connection: socket.socket) -> bool:
        connection.sendall(f"AUTH {PASSWORD}\r\nPING\r\n".encode())
        answer = b""
        while b"PONG" not in answer:
            part = connection.recv(200)
            if not part:
                return False
            answer += part
        return True
