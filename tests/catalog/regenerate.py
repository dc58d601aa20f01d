"""Write tests/catalog/golden anew and name what changed, for a person to read before it is committed."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent

if __name__ == "__main__":
    changed: list[Path] = runpy.run_path(str(HERE / "test_golden.py"))["regenerate"]()
    sys.stdout.write("".join(f"{path.relative_to(HERE)}\n" for path in changed) or "nothing changed\n")
