"""`ringboot explain` of each way in which a boot can end, as a person has read and approved it.

Golden files: tests/whole/explain/golden, written anew by regenerate.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.whole.explain.scene import Scene
from tests.whole.explain.ways import WAYS, explained

GOLDEN = Path(__file__).parent / "golden"
ELSEWHERE = {"boot-foreign-server"}  # needs two servers on one wire: test_foreign_server.py
TWELVE = {
    "no-discover", "boot-no-network", "boot-pool-full", "boot-other-server", "nak-loop", "no-file-asked",
    "boot-file-refused", "boot-file-missing", "boot-template-error", "boot-firmware-missing", "boot-old-config",
    "boot-foreign-server",
}  # fmt: skip


def test_each_way_is_told_as_it_was_approved(tmp_path: Path, subtests: pytest.Subtests) -> None:
    with Scene(tmp_path) as scene:
        for name in WAYS:
            with subtests.test(name):
                assert explained(scene, name) == (GOLDEN / f"{name}.txt").read_text()


def test_every_way_has_its_golden_file() -> None:
    names = {path.stem for path in GOLDEN.iterdir()}
    assert names == WAYS.keys() | ELSEWHERE
    assert {name.partition(",")[0] for name in names} == TWELVE | {"boot-done"}
