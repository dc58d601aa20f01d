"""Where things are by default: the configuration file, the API's socket.  Light, for commands that start fast."""

from __future__ import annotations

import contextlib
import tomllib
from pathlib import Path

DEFAULT_FILE = Path("/etc/ringboot/ringboot.toml")
DEFAULT_DATA = Path("/var/lib/ringboot")
ROOT_SOCKET = Path("/run/ringboot/api.sock")


def api_socket(configured: Path | None, data: Path, *, root: bool) -> Path:
    """Give the socket that the daemon listens on: the configured one, else by whether it runs as root."""
    if configured is not None:
        return configured
    return ROOT_SOCKET if root else data / "run" / "api.sock"


def socket_candidates(config: Path | None) -> list[Path]:
    """Give the sockets that a daemon of this configuration may listen on, to be tried in order.

    The file is only glanced at: a fault in it is the daemon's to report, and who asks need not be who it runs as.
    """
    path = config or DEFAULT_FILE
    server: dict[str, object] = {}
    with contextlib.suppress(OSError, ValueError, RecursionError):
        found = tomllib.loads(path.read_text()).get("server", {})
        server = found if isinstance(found, dict) else {}
    base = path.absolute().parent
    if isinstance(server.get("api_socket"), str):
        return [base / str(server["api_socket"])]
    data = base / str(server["data"]) if isinstance(server.get("data"), str) else DEFAULT_DATA
    return [data / "run" / "api.sock", ROOT_SOCKET]
