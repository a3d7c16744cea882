"""Place for one engine."""

from pathlib import Path

import pytest

from harness.processes import free_port
from harness.vllm import Vllm


class EngineSlot:
    """Runs one vLLM at a time, always on the same port. Starting takes 20 s: one that runs as it should is kept."""

    def __init__(self, model: Path, log: Path) -> None:
        self.port = free_port()
        self._model = model
        self._log = log
        self._engine: Vllm | None = None
        self._broken = False

    def run(self, *flags: str) -> Vllm:
        """The engine with these flags; another one is stopped for it."""
        if self._engine and self._engine.serving and self._engine.flags == flags:
            return self._engine
        if self._broken:
            pytest.fail("vLLM does not start; an earlier test shows its log", pytrace=False)
        self.stop()
        self._engine = Vllm(self._model, self.port, self._log, *flags)
        self._broken = True
        self._engine.start()
        self._broken = False
        return self._engine

    def stop(self) -> None:
        if self._engine:
            self._engine.stop()
