"""A PostgreSQL server of its own for a test run."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from harness.binaries import CACHE, find_binary, library_path
from harness.processes import Process, free_port

PACKAGES = ("postgresql-15", "postgresql-client-15", "libpq5", "libllvm14", "libxslt1.1", "libz3-4", "libedit2")
USER = "gateway"
PASSWORD = "postgres-test-password"  # only ever listens on 127.0.0.1


class PostgresServer:
    """PostgreSQL on 127.0.0.1 with one superuser; `stop` and `start` keep the data. Needs about 40 MB of disk."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path] | None = None) -> None:
        """`folder` must not exist yet. With `certificate` (chain, key in PEM) the server speaks only TLS."""
        self.port = free_port()
        self._folder = folder
        self._certificate = certificate
        self._account = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        folder.mkdir(parents=True)
        self._open_way()
        self._bin = self._reachable(
            find_binary("initdb", patterns=("usr/lib/postgresql/*/bin/initdb",), packages=PACKAGES).parent
        )
        self._env = library_path(self._bin / "initdb")
        self._process: Process | None = None
        self._initialise()

    def start(self) -> None:
        self._open_way()  # again: each run of pytest on this machine closes the folder that they share
        options = ["-h", "127.0.0.1", "-p", str(self.port), "-k", "", "-c", "max_connections=200"]
        # A test kills processes, never the machine: what the kernel holds is safe.
        options += ["-c", "fsync=off", "-c", "full_page_writes=off"]
        if self._certificate:
            options += ["-c", "ssl=on", "-c", "ssl_cert_file=tls.crt", "-c", "ssl_key_file=tls.key"]
        self._process = Process(
            "postgres",
            [str(self._bin / "postgres"), "-D", str(self._data), *options],
            self._folder / "postgres.log",
            env=self._env,
            user=self._account,
        )
        self._process.wait_until(self._accepts)

    @property
    def pid(self) -> int:
        """Raises RuntimeError while the server does not run."""
        if self._process is None:
            raise RuntimeError("PostgreSQL is not running")
        return self._process.pid

    def stop(self) -> None:
        """End every connection at once, as a failing node would; committed rows stay."""
        if self._process:
            self._process.stop(signal.SIGQUIT)
            self._process = None

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _accepts(self) -> bool:
        probe = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(probe, env={**os.environ, **self._env}, check=False).returncode == 0

    def _open_way(self) -> None:
        """Let the account of the server pass through the folders above its own, which pytest makes for one's self."""
        if self._account is None:
            return
        for parent in self._folder.parents:
            if parent.is_relative_to(tempfile.gettempdir()) and parent != Path(tempfile.gettempdir()):
                parent.chmod(0o755)

    def _reachable(self, folder: Path) -> Path:
        """Root hands the server to `nobody`, who cannot look into root's cache: copy it out of there."""
        if self._account is None or not folder.is_relative_to(CACHE):
            return folder
        root = CACHE / "debian" / PACKAGES[0]
        shutil.copytree(root, self._folder / "programs", symlinks=True)
        return self._folder / "programs" / folder.relative_to(root)

    def _initialise(self) -> None:
        password = self._folder / "password"
        password.write_text(PASSWORD)
        self._data.mkdir(mode=0o700)
        command = [str(self._bin / "initdb"), "-D", str(self._data), "-U", USER, "-E", "UTF8", "--locale=C"]
        command += ["--auth=scram-sha-256", f"--pwfile={password}", "--no-sync"]
        if self._account is not None:
            shutil.chown(self._folder, self._account)
            shutil.chown(password, self._account)
            shutil.chown(self._data, self._account)
        subprocess.run(
            command, env={**os.environ, **self._env}, user=self._account, check=True, capture_output=True, cwd="/"
        )
        if self._certificate:
            self._install_certificate(self._certificate)

    def _install_certificate(self, certificate: tuple[Path, Path]) -> None:
        for source, name in zip(certificate, ("tls.crt", "tls.key"), strict=True):
            target = self._data / name
            shutil.copyfile(source, target)
            target.chmod(0o600)
            if self._account is not None:
                shutil.chown(target, self._account)
        rules = "hostssl all all 127.0.0.1/32 scram-sha-256\n"
        (self._data / "pg_hba.conf").write_text(rules)
