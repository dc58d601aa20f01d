"""A small site on the loopback, with ports of its own, and `ringboot serve` on it where that ends by itself."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.whole.daemon import LOOPBACK, NO_ADMIN, free_port
from tests.whole.explain.handset import Handset
from typer.testing import CliRunner

from ringboot.cli.main import app

CONFIG = (
    LOOPBACK
    + """\
[[dhcp.network]]
name = "phones"
subnet = "127.77.0.0/16"
pools = ["127.77.1.1-127.77.1.250"]
[[dhcp.network]]
name = "tiny"
subnet = "127.78.0.0/24"
pools = ["127.78.0.10-127.78.0.10"]
"""
)
RELAY, TINY_RELAY = "127.77.0.2", "127.78.0.2"
PATIENCE = 60.0  # seconds that a daemon that cannot run may take to say so


@dataclass(frozen=True, slots=True)
class Site:
    """The ports, and the configuration that names them."""

    dhcp: int
    tftp: int
    http: int

    @property
    def config(self) -> str:
        """Write ringboot.toml; DATA and SOCKET are still to be filled in."""
        return CONFIG.format(dhcp=self.dhcp, tftp=self.tftp, http=self.http)

    def phone(self, number: int, *, brand: str = "aastra", model: str = "6731i", relay: str = RELAY) -> Handset:
        """Give a handset of this site."""
        return Handset(brand, model, number, relay=relay, dhcp=self.dhcp)


def make_site() -> Site:
    """Make one with ports that nobody uses."""
    return Site(free_port(), free_port(), free_port())


def written(folder: Path, config: str) -> Path:
    """Write a configuration whose data folder lies beside it."""
    path = folder / "ringboot.toml"
    data = folder / "data"
    with contextlib.suppress(tomllib.TOMLDecodeError):
        config += "" if "admin" in tomllib.loads(config) else NO_ADMIN
    path.write_text(config.replace("DATA", str(data)).replace("SOCKET", str(data / "run" / "api.sock")))
    return path


def serve(config: Path) -> tuple[int, str]:
    """Run a daemon until it ends by itself; gives its exit code and all that it said."""
    done = subprocess.run(
        [sys.executable, "-m", "ringboot", "serve", "--config", str(config)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, done.stdout


def command(*arguments: str) -> tuple[int, str, str]:
    """Run a command that asks nothing of a daemon; gives exit code, output and errors."""
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "160", "NO_COLOR": "1"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr
