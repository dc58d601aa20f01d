"""The files of the catalog's brands, byte for byte as a person has read and approved them."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from ringboot.catalog import FOLDER as CATALOG
from ringboot.plugins.job import RenderJob, ServerFacts
from ringboot.plugins.render import Made, make

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
AGAIN = "read the difference; when it is meant: python tests/catalog/regenerate.py"
FACTS = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")
MACS = {
    "aastra": "00:08:5d:23:74:29",
    "cisco-7900": "00:11:20:fc:3a:7b",
    "polycom": "00:04:f2:82:e8:24",
    "snom": "00:04:13:92:2d:24",
    "yealink": "80:5e:c0:d5:7d:72",
}
ONE_OF_MANY = "y000000000066.cfg"  # all of these have one content, see test_yealink.py
CONFIGS: dict[str, dict[str, Any]] = tomllib.loads((HERE / "configs.toml").read_text())
CASES: dict[str, tuple[tuple[str, str], ...]] = {  # brand -> (model, configuration)
    "aastra": (
        ("6731i", "autoprov"),
        ("6867i", "autoprov"),
        *((model, "paris") for model in ("6730i", "6731i", "6739i", "6753i", "6755i", "6757i")),
        *((model, "paris") for model in ("9143i", "9480i", "6867i")),
        ("6753i", "montreal"),
        ("6867i", "montreal"),
        ("6731i", "secure"),
        ("6863i", "autoprov"),
        ("6865i", "paris"),
        ("6930", "montreal"),
    ),
    "cisco-7900": (
        ("7961G", "autoprov"),
        ("7940G", "autoprov"),
        *((model, "paris") for model in ("7906G", "7931G", "7945G", "7961G", "7975G", "7960G")),
        *((model, "montreal") for model in ("7912G", "7921G", "7961G", "7970G")),
        ("7962G", "modules"),
        ("7942G", "secure"),
        ("7940", "paris"),
        ("7960", "turning"),
    ),
    "polycom": (
        ("VVX411", "autoprov"),
        *((model, "paris") for model in ("SPIP301", "SPIP335", "SSIP6000", "VVX250", "VVX411")),
        *((model, "montreal") for model in ("SPIP670", "Trio8500")),
        ("VVX150", "secure"),
        ("VVX450", "directory"),
    ),
    "snom": (
        ("D785", "autoprov"),
        ("320", "paris"),
        ("D765", "paris"),
        ("M300", "paris"),
        ("PA1", "montreal"),
        ("D717", "montreal"),
        ("D120", "secure"),
        ("D785", "directory"),
    ),
    "yealink": (
        ("T19P_E2", "autoprov"),
        ("T33G", "paris"),
        ("T28P", "paris"),
        ("T27G", "paris"),
        ("W60B", "paris"),
        ("CP960", "montreal"),
        ("T41S", "montreal"),
        ("T21P_E2", "secure"),
        ("T33G", "directory"),
        ("T20P", "directory"),
    ),
}


def job(brand: str, model: str | None, raw: dict[str, Any]) -> RenderJob:
    """Ask for the files of one phone of this model, or (None) for those that all phones share."""
    device = None if model is None else {"id": "d1", "mac": MACS[brand], "model": model, "vendor": "x", "options": {}}
    return RenderJob(1, str(CATALOG / brand), raw, FACTS, device)


def files(brand: str, model: str | None, raw: dict[str, Any]) -> dict[str, bytes]:
    """Make them: path -> octets."""
    made = make(job(brand, model, raw))
    assert isinstance(made, Made), made
    return {page.path: page.data for page in made.pages}


@lru_cache(maxsize=1)
def expected() -> dict[Path, bytes]:
    """Make every golden file: where it lies -> octets."""
    goldens: dict[Path, bytes] = {}
    for brand, cases in CASES.items():
        for path, data in files(brand, None, CONFIGS["base"]).items():
            if not path.startswith("y0") or path == ONE_OF_MANY:
                goldens[GOLDEN / brand / "all" / path] = data
        for model, config in cases:
            for path, data in files(brand, model, CONFIGS[config]).items():
                goldens[GOLDEN / brand / f"{model}-{config}" / path] = data
    return goldens


def regenerate() -> list[Path]:
    """Write the golden files anew; gives those that changed, came or went."""
    wanted = expected()
    there = {path: path.read_bytes() for path in GOLDEN.rglob("*") if path.is_file()}
    for path in there.keys() - wanted.keys():
        path.unlink()
    for path, data in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return sorted(path for path in there.keys() | wanted.keys() if there.get(path) != wanted.get(path))


@pytest.mark.parametrize("brand", CASES)
def test_every_golden_file_is_still_made_and_no_other(brand: str) -> None:
    made = {path for path in expected() if path.is_relative_to(GOLDEN / brand)}
    there = {path for path in (GOLDEN / brand).rglob("*") if path.is_file()}
    assert made == there, AGAIN


@pytest.mark.parametrize(
    ("path", "data"), [pytest.param(*each, id=str(each[0].relative_to(GOLDEN))) for each in expected().items()]
)
def test_a_file_is_as_it_was_approved(path: Path, data: bytes) -> None:
    assert data.decode() == path.read_text(), AGAIN
