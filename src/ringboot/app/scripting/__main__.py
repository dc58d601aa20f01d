"""The entry of the process of scripts, which only the supervisor uses."""

from __future__ import annotations

import os
import sys

from ringboot.host.start import from_environment


def main() -> int:
    """Run; gives the exit code."""
    start = from_environment(os.environ)
    os.write(start.fds["beat"], b".")
    from ringboot.app.scripting.process import run  # noqa: PLC0415  what the sign of life comes before

    return run(start)


if __name__ == "__main__":
    sys.exit(main())
