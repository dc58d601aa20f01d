"""The entry of the dhcp process, which only the supervisor uses."""

from __future__ import annotations

import os
import sys

# structlog takes rich along where it is installed, for tracebacks in colour.  That is 5 MB and 50 ms which this
# process does not need.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # None is how an import is made to fail

from ringboot.host.start import from_environment  # noqa: E402  after the line above
from ringboot.servers.dhcp.process import run  # noqa: E402

if __name__ == "__main__":
    sys.exit(run(from_environment(os.environ)))
