"""Real database servers that a test starts, freezes and stops; they listen on the loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from ringboot.scripts.sources.sql import read_url
from ringboot.sim.stage import free_ports

PASSWORD = "geheim"
CEILING = 60.0  # seconds
_DEBIAN = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def program(name: str) -> str | None:
    """Find a program; Debian keeps PostgreSQL's outside of PATH."""
    return shutil.which(name) or next((str(folder / name) for folder in _DEBIAN if (folder / name).exists()), None)


def wait_until(condition: Callable[[], object], what: str) -> None:
    ended = monotonic() + CEILING
    while not condition():
        assert monotonic() < ended, f"waited for {what}"
        sleep(0.02)


class Server(ABC):
    """A database server with one database and one user."""

    programs: tuple[str, ...]
    scheme: str
    owner: str
    database: str

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp())  # not below pytest's, into which root alone may look
        shutil.chown(self.folder, self.owner)
        [self.port] = free_ports(1)
        self.process: subprocess.Popen[bytes] | None = None
        self.make()
        self.start()

    @abstractmethod
    def make(self) -> None:
        """Make the folder of its data."""

    @abstractmethod
    def command(self) -> list[str]:
        """Give the command that runs it."""

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.owner}@127.0.0.1:{self.port}/{self.database}"

    def run(self, *command: str, input_: str = "") -> None:
        owner = pwd.getpwnam(self.owner)
        done = subprocess.run(
            command, user=owner.pw_uid, group=owner.pw_gid, extra_groups=[], cwd="/", input=input_.encode(),
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        """Start it, and wait until it answers."""
        owner = pwd.getpwnam(self.owner)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), user=owner.pw_uid, group=owner.pw_gid, extra_groups=[], cwd="/", stdout=log, stderr=log
            )
        wait_until(self.answers, f"the server: {(self.folder / 'log').read_text()}")

    def answers(self) -> bool:
        with suppress(SQLAlchemyError):
            self.execute("SELECT 1")
            return True
        return False

    def execute(self, *statements: str) -> None:
        engine = create_engine(read_url(self.url).set(password=PASSWORD), poolclass=NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def tell(self, number: int) -> None:
        """Send a signal to it and all its processes."""
        assert self.process is not None
        pids = [self.process.pid]
        for pid in pids:
            with suppress(OSError):
                pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        for pid in pids:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(pid, number)

    def stop(self) -> None:
        if self.process is not None:
            self.tell(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT if self.owner == "postgres" else signal.SIGTERM)
            self.process.wait(CEILING)
            self.process = None

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder)


class PostgreSql(Server):
    """PostgreSQL with passwords."""

    programs = ("initdb", "postgres")
    scheme, owner, database = "postgresql", "postgres", "postgres"

    def make(self) -> None:
        secret = self.folder / "pass"
        secret.write_text(PASSWORD)
        shutil.chown(secret, self.owner)
        self.run(str(program("initdb")), "-D", f"{self.folder}/data", "-A", "scram-sha-256", "-N", f"--pwfile={secret}")

    def command(self) -> list[str]:
        return [
            str(program("postgres")), "-D", f"{self.folder}/data", "-k", str(self.folder), "-p", str(self.port),
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
        ]  # fmt: skip


class MariaDb(Server):
    """MariaDB with a user who must show a password."""

    programs = ("mariadb-install-db", "mariadbd")
    scheme, owner, database = "mariadb", "mysql", "site"

    def make(self) -> None:
        self.run(
            "mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data",
            "--auth-root-authentication-method=normal", "--skip-test-db",
        )  # fmt: skip
        who = f"'{self.owner}'@'127.0.0.1'"
        (self.folder / "init.sql").write_text(
            f"CREATE DATABASE IF NOT EXISTS {self.database};\n"
            f"CREATE USER IF NOT EXISTS {who} IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON {self.database}.* TO {who};\n"
        )

    def command(self) -> list[str]:
        return [
            "mariadbd", "--no-defaults", f"--datadir={self.folder}/data", f"--port={self.port}",
            "--bind-address=127.0.0.1", f"--socket={self.folder}/sock", f"--init-file={self.folder}/init.sql",
            "--innodb-flush-log-at-trx-commit=0", "--skip-name-resolve",
        ]  # fmt: skip
