"""The official Node client works unchanged."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from harness.binaries import CACHE, made_once
from harness.environment import FIRST_KEY
from harness.gateway import GatewayProcess

_SOURCE = Path(__file__).parent / "node"


def test_openai_s_node_client_passes_its_list(conforming_gateway: GatewayProcess) -> None:
    folder = _installed()
    shutil.copy(_SOURCE / "openai.test.js", folder)
    environment = {**os.environ, "BASE_URL": f"{conforming_gateway.url}/v1", "API_KEY": FIRST_KEY}
    run = subprocess.run(
        ["node", "--test", "openai.test.js"], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "pass 9" in run.stdout


def _installed() -> Path:
    """A folder of the cache that holds what the lock file names."""
    lock = _SOURCE / "package-lock.json"
    folder = CACHE / "conformance-node" / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    with made_once(folder / "node_modules") as missing:
        if missing:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_SOURCE / name, folder)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    return folder
