"""`python -m tests.fuzz.hunt TARGET SECONDS CORPUS`: let atheris look for octets that a parser does not survive."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["ringboot"]):
    from tests.fuzz.targets import TARGETS

LARGEST = 65_536  # octets
SLOWEST = 10  # seconds for one input
MEMORY = 1_024  # MiB


def main(name: str, seconds: str, corpus: str) -> None:
    """Hunt; the process ends with 0 when nothing was found, else it says what, and keeps the octets in the corpus."""
    target = next(each for each in TARGETS if each.name == name)
    folder = Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds):
        (folder / f"seed-{number}").write_bytes(seed)
    flags = (
        f"-max_total_time={seconds}", f"-max_len={LARGEST}", f"-timeout={SLOWEST}", f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={folder}/", "-print_final_stats=1",
    )  # fmt: skip
    atheris.Setup([sys.argv[0], *flags, str(folder)], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
