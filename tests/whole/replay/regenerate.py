"""Write the golden files anew and name what changed, for a person to read: python -m tests.whole.replay.regenerate"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.whole.replay.sequences import GOLDEN, Play, golden, wanted
from tests.whole.replay.site import Site


def regenerate(folder: Path) -> list[Path]:
    """Play everything; gives the files that changed, came or went."""
    site = Site(folder)
    try:
        play = Play(site).run()
    finally:
        site.close()
    made = {golden(*each): play.rounds[each[:2]].approved(each[2]) for each in wanted()}
    there = {path: path.read_bytes() for path in GOLDEN.rglob("*") if path.is_file()}
    for path in there.keys() - made.keys():
        path.unlink()
    for path, data in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return sorted(path for path in there.keys() | made.keys() if there.get(path) != made.get(path))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as here:
        changed = regenerate(Path(here))
    sys.stdout.write("".join(f"{path.relative_to(GOLDEN)}\n" for path in changed) or "nothing changed\n")
