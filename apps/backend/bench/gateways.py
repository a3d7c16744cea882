"""The gateways that are measured, each on the same core in turn and in front of the same engine."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from machine import GATEWAY_CORE, pin, pinned, script
from shapes import MODEL, REQUEST

from harness.binaries import CACHE, ServerNotFoundError, find_binary, library_path
from harness.environment import FIRST_KEY, Servers
from harness.gateway import GatewayProcess
from harness.processes import Process, free_port

_LITELLM = "1.106.2"
_MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Target:
    """Something that answers like an engine."""

    name: str
    port: int
    pids: tuple[int, ...]
    stop: Callable[[], None]


def ours(servers: Servers, folder: Path, **settings: str) -> Target:
    """This gateway with everything on: keys, limits, budget, usage records, metrics, routing, health checks."""
    # In memory, where pods have it.
    journal = tempfile.TemporaryDirectory(prefix="bench-usage-", dir=_MEMORY if _MEMORY.is_dir() else None)
    fixed = {"GATEWAY_BACKGROUND_WORK": "apart", "GATEWAY_USAGE_JOURNAL": journal.name}
    gateway = GatewayProcess(servers, folder, **fixed, **settings).start()
    process = gateway.process
    if process is None:
        raise RuntimeError("the gateway did not start")
    pin([process.pid], [GATEWAY_CORE])

    def stop() -> None:
        gateway.stop()
        journal.cleanup()

    return Target("gateway", gateway.port, (process.pid,), stop)


def bare(engine_port: int, folder: Path) -> Target:
    port = free_port()
    process = script("bare", str(port), str(engine_port), cores=[GATEWAY_CORE], log=folder / "bare.log")
    return _started("bare ASGI", process, port)


def nginx(engine_port: int, folder: Path) -> Target:
    """Raises ServerNotFoundError when this machine has no nginx and no Debian mirror."""
    binary = find_binary("nginx", patterns=("usr/sbin/nginx",), packages=("nginx", "libpcre2-8-0"))
    port, home = free_port(), folder / "nginx"
    (home / "logs").mkdir(parents=True)
    configuration = home / "nginx.conf"
    configuration.write_text(
        f"""
        daemon off; master_process off; worker_processes 1; pid {home}/nginx.pid; error_log {home}/logs/error.log;
        events {{ worker_connections 8192; }}
        http {{
          access_log off; client_body_temp_path {home}/b; proxy_temp_path {home}/p; keepalive_requests 10000000;
          fastcgi_temp_path {home}/f; uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
          upstream engine {{ server 127.0.0.1:{engine_port}; keepalive 2000; keepalive_requests 10000000; }}
          server {{
            listen 127.0.0.1:{port} backlog=4096;
            location / {{
              proxy_pass http://engine; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off;
            }}
          }}
        }}
        """
    )
    command = [str(binary), "-p", str(home), "-c", str(configuration)]
    process = Process("nginx", pinned(command, [GATEWAY_CORE]), home / "nginx.log", env=library_path(binary))
    return _started("nginx", process, port)


def litellm(engine_port: int, folder: Path) -> Target:
    """LiteLLM's proxy at its best: compiled, httptools, no look-ups outside, no logging. Raises ServerNotFoundError."""
    programs = _litellm_environment() / "bin"
    port, configuration = free_port(), folder / "litellm.yaml"
    configuration.write_text(
        f"""
model_list:
  - model_name: {MODEL}
    litellm_params: {{model: openai/{MODEL}, api_base: "http://127.0.0.1:{engine_port}/v1", api_key: none}}
general_settings: {{master_key: {FIRST_KEY}}}
"""
    )
    command = [str(programs / "litellm"), "--config", str(configuration), "--host", "127.0.0.1", "--port", str(port)]
    environment = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "DISABLE_ADMIN_UI": "True"}
    process = Process("litellm", pinned(command, [GATEWAY_CORE]), folder / "litellm.log", env=environment, cwd=folder)
    return _started("litellm", process, port, seconds=180)


def _litellm_environment() -> Path:
    home = CACHE / "bench" / f"litellm-{_LITELLM}"
    if (home / ".complete").exists():
        return home
    started = time.monotonic()
    print(f"Installing LiteLLM {_LITELLM} to compare with, into {home} ...", file=sys.stderr)
    shutil.rmtree(home, ignore_errors=True)
    # Without compiled modules it would start slowly and run slower: no fair opponent.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    pip = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, capture_output=True, text=True)
        packages = [f"litellm[proxy]=={_LITELLM}", "httptools", "uvloop"]
        subprocess.run([*pip, *packages], check=True, capture_output=True, text=True, env=environment)
    except subprocess.CalledProcessError as error:
        raise ServerNotFoundError(f"LiteLLM could not be installed:\n{error.stderr[-1000:]}") from error
    subprocess.run(
        [str(home / "bin" / "python"), "-m", "compileall", "-q", str(home / "lib")], check=False, env=environment
    )
    (home / ".complete").touch()
    print(f"Installed in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return home


def _started(name: str, process: Process, port: int, seconds: float = 30) -> Target:
    process.wait_until(lambda: _answers(port), seconds)
    return Target(name, port, (process.pid,), process.stop)


def _answers(port: int) -> bool:
    headers = {"authorization": f"Bearer {FIRST_KEY}", "content-type": "application/json"}
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    try:
        with urllib.request.urlopen(urllib.request.Request(url, REQUEST.encode(), headers), timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
