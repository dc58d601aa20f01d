"""The entry of the process of scripts, which the supervisor uses, and of the one that only tries them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ringboot.host.start import from_environment


def main() -> int:
    """Run; gives the exit code."""
    if sys.argv[1:2] == ["--check"]:
        from ringboot.app.scripting.trial import answer  # noqa: PLC0415  it loads much

        return answer(Path(sys.argv[2]))
    start = from_environment(os.environ)
    os.write(start.fds["beat"], b".")
    from ringboot.app.scripting.process import run  # noqa: PLC0415  what the sign of life comes before

    return run(start)


if __name__ == "__main__":
    sys.exit(main())
