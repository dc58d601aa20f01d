"""The main process, as the supervisor starts it."""

from __future__ import annotations

import os
import sys

from ringboot.app.main import run
from ringboot.host.start import from_environment

sys.exit(run(from_environment(os.environ)))
