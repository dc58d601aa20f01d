"""Write tests/whole/explain/golden anew, for a person to read before it is committed: python -m, from the root."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.whole.explain import test_foreign_server
from tests.whole.explain.scene import Scene
from tests.whole.explain.ways import WAYS, explained

GOLDEN = Path(__file__).parent / "golden"

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, Scene(Path(folder)) as scene:
        for name in WAYS:
            (GOLDEN / f"{name}.txt").write_text(explained(scene, name))
            sys.stdout.write(f"{name}\n")
    with tempfile.TemporaryDirectory() as folder:  # needs root
        test_foreign_server.GOLDEN.write_text(test_foreign_server.explained(Path(folder)))
