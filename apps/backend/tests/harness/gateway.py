"""The gateway as a process, as a pod runs it."""

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from harness.environment import Servers
from harness.processes import Process, free_port

SOURCES = Path(__file__).parents[2] / "src"


class GatewayProcess:
    """`python -m gateway serve` on a free port of 127.0.0.1."""

    def __init__(self, servers: Servers, folder: Path, **settings: str | None) -> None:
        """`settings` are further environment variables; one that is None is left out, whatever the default is."""
        self.port = free_port()
        defaults = {
            "GATEWAY_PORT": str(self.port),
            "GATEWAY_DRAIN_NOTICE_SECONDS": "0",
            "PYTHONPATH": str(SOURCES),
        }
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = servers.environment(folder / "secrets", **{**defaults, **settings})
        self._log = folder / "gateway.log"
        self.process: Process | None = None

    @property
    def journal(self) -> Path:
        """The directory of the usage journal."""
        return Path(self.environment["GATEWAY_USAGE_JOURNAL"])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, command: str = "serve") -> "GatewayProcess":
        """Start and wait until it is ready."""
        line = [sys.executable, "-m", "gateway", command]
        self.process = Process(f"gateway {command}", line, self._log, env=self.environment)
        self.process.wait_until(self._ready)
        return self

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run another command of the gateway in the same environment, to its end."""
        line = [sys.executable, "-m", "gateway", *arguments]
        return subprocess.run(
            line, env={**os.environ, **self.environment}, capture_output=True, text=True, timeout=60, check=False
        )

    def stop(self) -> None:
        if self.process:
            self.process.stop()

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ready", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


#: Starts a gateway with settings given as keywords.
StartGateway = Callable[..., GatewayProcess]
