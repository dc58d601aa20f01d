"""A conf.py whose clients stand in PostgreSQL."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.compat.staticdhcpd.conversation import ask, octets
from tests.compat.staticdhcpd.test_conf import SCHEMA, written

from ringboot.compat.staticdhcpd.site import Site
from ringboot.dhcp.message import DISCOVER

PROGRAMS = ("initdb", "pg_ctl")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, PROGRAMS)), reason=f"needs root and {', '.join(PROGRAMS)}"
    ),
]


def _as_owner(*command: str) -> None:
    subprocess.run(["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command], check=True, cwd="/")


@pytest.fixture
def server() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp())  # not below pytest's, into which root alone may look
    shutil.chown(folder, "postgres")
    data = str(folder / "data")
    _as_owner("initdb", "-D", data, "-A", "trust", "-N")
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    _as_owner("pg_ctl", "-D", data, "-w", "-l", f"{data}/log", "-o", options, "start")
    yield folder
    _as_owner("pg_ctl", "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder)


def test_a_row_that_is_added_is_served_with_the_next_packet_also_after_a_restart(server: Path, tmp_path: Path) -> None:
    psycopg = pytest.importorskip("psycopg")

    def execute(statements: str) -> None:
        with psycopg.connect(host=str(server), dbname="postgres", user="postgres") as connection:
            connection.execute(statements)

    execute(SCHEMA)
    at = Site.of(
        written(
            tmp_path,
            f"DATABASE_ENGINE = 'PostgreSQL'\nPOSTGRESQL_HOST = {str(server)!r}\nPOSTGRESQL_DATABASE = 'postgres'\n"
            "POSTGRESQL_USERNAME = 'postgres'\nPOSTGRESQL_PASSWORD = ''\n",
        )
    )
    told = ask(at, octets(DISCOVER, "aa:00:00:00:00:05"))
    assert told.given is not None, told.failed
    assert (told.given.address, told.given.options["15"]) == ("10.0.0.5", "x.org")
    assert ask(at, octets(DISCOVER, "aa:00:00:00:00:06")).given is None
    execute("INSERT INTO maps VALUES ('aa:00:00:00:00:06', '10.0.0.6', NULL, 'lan', 0, NULL)")
    told = ask(at, octets(DISCOVER, "aa:00:00:00:00:06"))
    assert told.given is not None, told.failed
    data = str(server / "data")
    options = f"-k {server} -c listen_addresses= -c fsync=off"
    _as_owner("pg_ctl", "-D", data, "-m", "fast", "-w", "-l", f"{data}/log", "-o", options, "restart")
    told = ask(at, octets(DISCOVER, "aa:00:00:00:00:06"))
    assert told.given is not None, told.failed
    at.reinitialise()  # closes the connection
