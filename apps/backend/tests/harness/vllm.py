"""A real vLLM on CPU, with a model too small to make sense."""

import contextlib
import os
import signal
import subprocess
import urllib.error
import urllib.request
from functools import cache
from pathlib import Path

from harness.processes import Process

_TOOLS = Path(__file__).parents[1] / "tools" / "vllm"
#: Names that the model is served under.
NAMES = ("tiny", "pair")
#: Tokens of a prompt and its answer together.
CONTEXT_TOKENS = 8192
#: Requests that it works on at the same time.
SEQUENCES = 4

_FLAGS = (
    "--served-model-name",
    *NAMES,
    *("--host", "127.0.0.1"),
    *("--max-model-len", str(CONTEXT_TOKENS)),
    *("--max-num-seqs", str(SEQUENCES)),
    *("--disable-access-log-for-endpoints", "/health,/metrics"),
    "--enable-prompt-tokens-details",
    *("--enable-auto-tool-choice", "--tool-call-parser", "hermes"),
    # Compiling kernels takes longer than all tests together.
    *("--enforce-eager", "--dtype", "float32"),
)
_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "VLLM_CPU_KVCACHE_SPACE": "1",  # GiB
    "VLLM_NO_USAGE_STATS": "1",
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
    "OTEL_BSP_SCHEDULE_DELAY": "100",  # ms
}


@cache
def _installation() -> Path:
    install = subprocess.run([str(_TOOLS / "install.sh")], stdout=subprocess.PIPE, text=True, check=True)
    return Path(install.stdout.strip())


def make_model(folder: Path) -> Path:
    """Write the model to `folder`, which must not exist."""
    subprocess.run([str(_installation() / "bin" / "python"), str(_TOOLS / "make_model.py"), str(folder)], check=True)
    return folder


class Vllm:
    """`vllm serve` on a port of 127.0.0.1, started like the stacks start it. Takes about 20 s and one core to start."""

    def __init__(self, model: Path, port: int, log: Path, *flags: str) -> None:
        """`flags` are further ones of `vllm serve`."""
        self.port = port
        self.flags = flags
        self._model = model
        self._log = log
        self._process: Process | None = None
        self._leaving = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def serving(self) -> bool:
        """It runs, and nobody asked it to leave."""
        return self._process is not None and self._process.running and not self._leaving

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [str(_installation() / "bin" / "vllm"), "serve", str(self._model), "--port", str(self.port)]
        self._process = Process("vllm", [*command, *_FLAGS, *self.flags], self._log, env=_ENVIRONMENT)
        self._process.wait_until(self._healthy, seconds=180)

    def terminate(self) -> None:
        """Ask it to leave, as Kubernetes does."""
        self._leaving = True
        if self._process:
            self._process.send(signal.SIGTERM)

    def wait(self) -> None:
        """Wait until it has left by itself. AssertionError with its log after a minute."""
        if self._process:
            self._process.wait(60)

    def stop(self) -> None:
        """Kill it and its engine at once."""
        if self._process:
            self._process.stop(signal.SIGKILL)

    def freeze(self) -> None:
        """Make it stand still, with every connection open."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Undo `freeze`; nothing happens to one that is gone."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGCONT)

    def kill_core(self) -> None:
        """Kill the process that runs the model, as a fault of the GPU does; the one that speaks HTTP lives on."""
        if self._process is None:
            raise RuntimeError("vLLM is not running")
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                ours = os.getpgid(int(entry.name)) == self._process.pid
                if ours and b"EngineCore" in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)

    def metric(self, name: str, **labels: str) -> float:
        """Sum of the series of /metrics with this name and these labels."""
        found = 0.0
        for line in self.metrics().splitlines():
            series, _, value = line.rpartition(" ")
            if series.partition("{")[0] == name and all(f'{key}="{given}"' in series for key, given in labels.items()):
                found += float(value)
        return found

    def metrics(self) -> str:
        """The page that Prometheus reads."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            return str(answer.read().decode())

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
