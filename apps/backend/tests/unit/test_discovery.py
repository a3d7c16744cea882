"""The default way to find engines costs nothing that only the other one needs."""

import os
import subprocess
import sys

from harness.gateway import SOURCES


def test_no_http_client_is_loaded_for_dns() -> None:
    program = (
        "import sys, gateway.app; from gateway.routing.discovery import discovery; discovery(None); print(*sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    loaded = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert "gateway.routing.registry" in loaded.stdout.split()
    assert "httpx2" not in loaded.stdout.split()
