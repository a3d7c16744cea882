"""Which core does what, and what processes cost."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness.processes import Process

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_HERE = Path(__file__).parent

_CORES = sorted(os.sched_getaffinity(0))
#: The gateway that is measured has this core for itself; engines, stores and load share the others.
GATEWAY_CORE = _CORES[0]
OTHER_CORES = _CORES[1:] or _CORES


def pinned(command: Sequence[str], cores: Iterable[int]) -> list[str]:
    return ["taskset", "--cpu-list", ",".join(str(core) for core in cores), *command]


def pin(pids: Iterable[int], cores: Iterable[int]) -> None:
    """Move running processes, with all their threads."""
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), set(cores))


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that processes have used so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(field[11]) + int(field[12]) for field in fields) / _TICKS


def resident_mb(pids: Iterable[int]) -> float:
    """Memory that processes hold, in megabytes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * _PAGE / 1e6


def script(name: str, *arguments: str, cores: Iterable[int], log: Path) -> Process:
    """Start a script of this folder as a server."""
    command = [sys.executable, str(_HERE / f"{name}.py"), *arguments]
    return Process(name, pinned(command, cores), log)


def measure(name: str, argument: str) -> str:
    """Run a load script of this folder to its end; what it wrote."""
    with tempfile.NamedTemporaryFile("r") as result:
        command = pinned([sys.executable, str(_HERE / f"{name}.py"), argument, result.name], OTHER_CORES)
        subprocess.run(command, check=True, timeout=300)
        return result.read()
