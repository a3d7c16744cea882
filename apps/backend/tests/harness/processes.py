"""Child processes with a log file, and waiting on conditions with an end."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from random import Random


def _first_ephemeral_port() -> int:
    """As Linux says; elsewhere what is usual."""
    try:
        return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        return 32_768


#: Ports below those that the kernel gives to outgoing connections, where one may be in use at any moment.
_PORTS = range(10_240, max(20_480, _first_ephemeral_port()))
_RANDOM = Random()  # not the shared one: Hypothesis makes that the same in every process
#: Keep the ports that were given away from other test processes, as long as this one lives.
_given: list[socket.socket] = []


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, and that no other test process on this machine is given."""
    while True:
        port = _RANDOM.choice(_PORTS)
        mark = socket.socket(type=socket.SOCK_DGRAM)  # UDP's ports are others than TCP's, so this is in nobody's way
        with socket.socket() as probe:
            try:
                mark.bind(("127.0.0.1", port))
                probe.bind(("127.0.0.1", port))
            except OSError:
                mark.close()
                continue
        _given.append(mark)
        return port


class Process:
    """A server process that dies with the test run and whose log ends up in error messages."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: int | None = None,
        executable: Path | None = None,
    ) -> None:
        self.name = name
        self._log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command,
                executable=executable,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    def log_tail(self, characters: int = 4000) -> str:
        return self._log.read_text(errors="replace")[-characters:]

    def send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(number)

    def wait(self, seconds: float = 60) -> int:
        """Wait for the process to leave by itself; its exit status. AssertionError with the log at the deadline."""
        try:
            return self._child.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"{self.name} still runs after {seconds:g} s\n{self.log_tail()}") from error

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = 15) -> None:
        """Ask the process to leave, and kill its whole group when it has not after `seconds`."""
        self.send(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def wait_until(self, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until `ready()`; raise AssertionError with the log when the process dies or the deadline passes."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running:
                raise AssertionError(f"{self.name} left with {self._child.returncode}\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} was not ready after {seconds:g} s\n{self.log_tail()}")
            time.sleep(0.02)


async def eventually(
    condition: Callable[[], Awaitable[bool]], message: str, *, seconds: float = 60, pause: float = 0.02
) -> None:
    """Wait until `await condition()` is true; raise AssertionError with `message` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not true after {seconds:g} s: {message}")
        await asyncio.sleep(pause)
