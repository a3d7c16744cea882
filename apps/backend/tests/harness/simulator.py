"""The engine simulator llm-d-inference-sim: built once from its Go module into the cache."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from harness.binaries import CACHE, ServerNotFoundError, made_once
from harness.processes import Process

VERSION = "0.10.2"
_PACKAGE = "github.com/llm-d/llm-d-inference-sim/cmd/llm-d-inference-sim"
_MODULE = Path(__file__).parents[4] / "rehearsal" / "tools" / "modules" / "inference-sim"


class Simulator:
    """Speaks vLLM's API without a model: made-up words, true timing and usage."""

    def __init__(self, model: str, port: int, folder: Path, *flags: str) -> None:
        """`flags` are of the simulator, as in `--time-to-first-token=20ms`."""
        self.port = port
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / "simulator.log"
        self._flags = (f"--model={model}", f"--port={port}", "--force-dummy-tokenizer", *flags)
        self.process: Process | None = None

    def start(self) -> "Simulator":
        self.process = Process("simulator", [str(simulator_binary()), *self._flags], self._log)
        self.process.wait_until(self._healthy)
        return self

    def stop(self) -> None:
        if self.process:
            self.process.stop()

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def simulator_binary() -> Path:
    """The program from PATH or the cache, else built. Raises ServerNotFoundError when there is no Go to build with."""
    on_path = shutil.which("llm-d-inference-sim")
    if on_path:
        return Path(on_path)
    target = CACHE / "bin" / f"llm-d-inference-sim-{VERSION}" / "llm-d-inference-sim"
    with made_once(target) as missing:
        if missing:
            _build(target)
    return target


def _build(target: Path) -> None:
    started = time.monotonic()
    print(
        f"Building the engine simulator {VERSION} from its Go module; this takes two minutes, once ...", file=sys.stderr
    )
    unfinished = target.with_suffix(f".{os.getpid()}")
    command = ["go", "build", "-pgo=off", "-trimpath", "-ldflags=-s -w", "-o", str(unfinished), _PACKAGE]
    try:
        subprocess.run(
            command, cwd=_MODULE, env={**os.environ, "CGO_ENABLED": "0"}, check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise ServerNotFoundError(
            "There is no Go to build the engine simulator with: install Go 1.25 or newer"
        ) from error
    except subprocess.CalledProcessError as error:
        raise ServerNotFoundError(f"the engine simulator could not be built:\n{error.stderr[-2000:]}") from error
    unfinished.rename(target)
    print(f"Built in {time.monotonic() - started:.0f} s", file=sys.stderr)
