"""The main process, as the supervisor starts it.

On a busy machine it takes many seconds to load what it is made of; so there is a sign of life before each heavy part.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

from ringboot.host.start import from_environment

# Each loads a library that the ones before it do not.
PARTS = (
    "ringboot.log", "ringboot.setup.load", "ringboot.store.fleetdb", "ringboot.servers.http", "ringboot.admin.api",
    "ringboot.app.main",
)  # fmt: skip


def main() -> int:
    """Load, and run; gives the exit code."""
    start = from_environment(os.environ)
    for part in PARTS:
        os.write(start.fds["beat"], b".")
        import_module(part)
    from ringboot.app.main import run  # noqa: PLC0415  what the signs of life come before

    os.write(start.fds["beat"], b".")
    return run(start)


if __name__ == "__main__":
    sys.exit(main())
