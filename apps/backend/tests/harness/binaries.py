"""Finds server programs: on PATH, where distributions keep them, else in Debian packages unpacked into the cache."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(
    os.environ.get("AI_PLATFORM_CACHE")
    or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ai-platform"
)


class ServerNotFoundError(RuntimeError):
    """The program is neither installed nor obtainable from a Debian mirror."""


@contextmanager
def made_once(target: Path) -> Iterator[bool]:
    """Within it, no other process makes `target`; whether it still has to be made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not target.exists()


def find_binary(name: str, *, patterns: tuple[str, ...], packages: tuple[str, ...]) -> Path:
    """Return the resolved path of `name`.

    `patterns` are globs below `/`, tried after PATH. `packages` are the Debian packages (and the libraries
    they need) that hold the program; they are downloaded once and unpacked without root.
    """
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path).resolve()
    root = CACHE / "debian" / packages[0]
    return _newest(Path("/"), patterns) or _newest(root, patterns) or _unpack(name, root, patterns, packages)


def library_path(binary: Path) -> dict[str, str]:
    """Environment in which an unpacked program finds the libraries that were unpacked beside it."""
    for parent in binary.parents:
        if parent.parent == CACHE / "debian":
            folders = {library.parent for library in (parent / "usr" / "lib").rglob("*.so*")}
            return {"LD_LIBRARY_PATH": ":".join(sorted(str(folder) for folder in folders))}
    return {}


def _newest(root: Path, patterns: tuple[str, ...]) -> Path | None:
    found = [path for pattern in patterns for path in root.glob(pattern) if os.access(path, os.X_OK)]
    return max(found, default=None)


def _unpack(name: str, root: Path, patterns: tuple[str, ...], packages: tuple[str, ...]) -> Path:
    with made_once(root) as missing:
        if missing:
            _unpack_into(root, name, packages)
    binary = _newest(root, patterns)
    if binary is None:
        raise ServerNotFoundError(
            f"{name} is not in the packages {', '.join(packages)}, unpacked into {root}; install it and try again"
        )
    return binary


def _unpack_into(root: Path, name: str, packages: tuple[str, ...]) -> None:
    started = time.monotonic()
    print(f"{name} is not installed: unpacking {', '.join(packages)} into {root} ...", file=sys.stderr)
    staging = root.with_name(f"{root.name}.{os.getpid()}")
    staging.mkdir()
    try:
        _download(name, staging, packages)
        for archive in staging.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(archive), str(staging)], check=True)
            archive.unlink()
        staging.rename(root)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    print(f"{name} unpacked in {time.monotonic() - started:.0f} s", file=sys.stderr)


def _download(name: str, folder: Path, packages: tuple[str, ...]) -> None:
    command = ["apt-get", "download", *packages]
    try:
        if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode != 0:
            subprocess.run(["apt-get", "update"], capture_output=True, check=False)
            subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True)
    except FileNotFoundError as error:
        raise ServerNotFoundError(
            f"{name} was not found and this machine has no apt-get: install {name} so that it is on PATH"
        ) from error
    except subprocess.CalledProcessError as error:
        raise ServerNotFoundError(
            f"{name} was not found and `{' '.join(command)}` failed:\n{error.stderr}\n"
            f"Install {name} so that it is on PATH."
        ) from error
