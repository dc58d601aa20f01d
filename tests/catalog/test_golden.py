"""The files of the catalog's brands, byte for byte as a person has read and approved them."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from ringboot.catalog import FOLDER as CATALOG
from ringboot.plugins import golden

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
AGAIN = "read the difference; when it is meant: python tests/catalog/regenerate.py"
MACS = {
    "alcatel": "00:80:9f:56:07:ae",
    "algo": "00:22:ee:02:00:09",
    "aastra": "00:08:5d:23:74:29",
    "audiocodes": "00:90:8f:60:2a:ac",
    "avaya": "c8:1f:ea:83:e8:5a",
    "cisco-mpp": "d0:ec:35:aa:bb:cc",
    "baresip": "00:00:5e:00:53:01",  # of the computer: nothing in the files tells it
    "cisco-7900": "00:11:20:fc:3a:7b",
    "digium": "00:0f:d3:05:06:07",
    "fanvil": "0c:38:3e:07:e1:6c",
    "cisco-spa": "50:3d:e5:a1:b2:c3",
    "gigaset": "7c:2f:80:62:57:d7",
    "htek": "00:1f:c1:1c:22:a9",
    "sangoma": "00:50:58:1c:22:a9",
    "akuvox": "0c:11:05:aa:bb:cc",
    "panasonic": "00:80:f0:c8:c3:81",
    "grandstream": "c0:74:ad:0b:63:ee",
    "linphone": "00:00:5e:00:53:01",
    "polycom": "00:04:f2:82:e8:24",
    "patton": "00:a0:ba:08:93:3c",
    "snom": "00:04:13:92:2d:24",
    "technicolor": "00:14:7f:e1:47:b3",
    "2n": "7c:1e:b3:01:02:0a",
    "zenitel": "00:13:cb:04:05:ab",
    "yealink": "80:5e:c0:d5:7d:72",
}
# Of these names all have one content, as the brands' own tests hold: one of each stands for them.
ALIKE = {
    "all/y0": "all/y000000000066.cfg",
    "all/F0": "all/F0V5UV200000.cfg",
    "all/f0": "all/F0V5UV200000.cfg",
    "all/6": "all/7841-3PCC.xml",
    "all/7": "all/7841-3PCC.xml",
    "all/8": "all/7841-3PCC.xml",
    "all/spa": "all/spa504G.cfg",
    "all/algop": "all/algop8301.conf",
    "all/ST": "all/ST2030S.inf",
    "all/TB": "all/ST2030S.inf",
    "all/technicolor.inf": "all/ST2030S.inf",
    "all/Panasonic/": "all/Panasonic/KX-HDV130.cfg",
}
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
    "alcatel": (("M5", "paris"), ("4068", "paris"), ("4018", "montreal"), ("8028s-GE", "secure")),
    "algo": (("8301", "paris"), ("8028", "montreal"), ("8180", "secure")),
    "audiocodes": (("440HD", "paris"), ("405", "montreal"), ("C450HD", "secure")),
    "avaya": (("J179", "paris"), ("J129", "montreal"), ("9611G", "secure"), ("1230", "paris"), ("1120E", "montreal")),
    "cisco-mpp": (
        ("7841", "autoprov"),
        ("8851", "paris"),
        ("7821", "montreal"),
        ("ATA191", "montreal"),
        ("6851", "directory"),
        ("8811", "secure"),
    ),
    "baresip": (("baresip", "autoprov"), ("baresip", "paris"), ("baresip", "secure")),
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
    "digium": (
        ("D65", "autoprov"),
        ("D50", "paris"),
        ("D40", "montreal"),
        ("D62", "secure"),
    ),
    "fanvil": (
        ("X3U", "autoprov"),
        *((model, "paris") for model in ("X4", "V62Pro", "C58")),
        ("X6U-Pro", "montreal"),
        ("i61", "secure"),
        ("W611W", "directory"),
    ),
    "cisco-spa": (
        ("SPA504G", "autoprov"),
        ("SPA504G", "paris"),
        ("SPA962", "paris"),
        ("SPA525G2", "directory"),
        ("SPA122", "montreal"),
        ("SPA8000", "secure"),
    ),
    "gigaset": (
        ("N870 IP PRO", "autoprov"),
        *((model, "paris") for model in ("N670 IP PRO", "N510 IP PRO", "C610 IP")),
        ("N610 IP PRO", "montreal"),
    ),
    "htek": (
        ("UC912G", "autoprov"),
        *((model, "paris") for model in ("UC903", "UC926")),
        ("UC802T", "montreal"),
    ),
    "sangoma": (("S205", "autoprov"), ("S505", "paris")),
    "akuvox": (
        ("SP-R50P", "autoprov"),
        *((model, "paris") for model in ("SP-R63G", "R29C")),
        ("WP410", "montreal"),
        ("WP480", "directory"),
    ),
    "panasonic": (
        ("KX-UT113", "autoprov"),
        *((model, "paris") for model in ("KX-UT136", "KX-HDV230")),
        ("KX-TGP600", "montreal"),
        ("KX-TGP500", "secure"),
    ),
    "grandstream": (
        ("GXP2130", "autoprov"),
        ("GRP2614", "paris"),
        ("GXP2140", "paris"),
        ("GXP1630", "montreal"),
        ("HT802", "montreal"),
        ("GXP2170", "directory"),
        ("HT801", "secure"),
    ),
    "linphone": (
        ("LinphoneAndroid", "autoprov"),
        ("Linphone Desktop", "paris"),
        ("LinphoneiOS", "montreal"),
    ),
    "polycom": (
        ("VVX411", "autoprov"),
        *((model, "paris") for model in ("SPIP301", "SPIP335", "SSIP6000", "VVX250", "VVX411")),
        *((model, "montreal") for model in ("SPIP670", "Trio8500")),
        ("VVX150", "secure"),
        ("VVX450", "directory"),
    ),
    "patton": (("SN4112", "autoprov"), ("SN4114", "paris"), ("SN4118", "montreal")),
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
    "zenitel": (("IP station", "paris"), ("IP station", "autoprov")),
    "technicolor": (("ST2030", "paris"), ("TB30", "montreal"), ("ST2022", "secure")),
    "2n": (("hipve", "paris"), ("hipve", "montreal")),
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


def cases(brand: str) -> golden.Cases:
    """Say what a brand's golden files are made of."""
    models: dict[str, tuple[str, ...]] = {}
    for model, config in CASES[brand]:
        models[model] = (*models.get(model, ()), config)
    return golden.Cases(mac=MACS[brand], shared="base", configs=CONFIGS, models=models)


@lru_cache(maxsize=1)
def expected() -> dict[Path, bytes]:
    """Make every golden file: where it lies -> octets."""
    return {
        GOLDEN / brand / path: data
        for brand in CASES
        for path, data in golden.expected(CATALOG / brand, cases(brand)).items()
        if not path.startswith(tuple(ALIKE)) or path in ALIKE.values()
    }


def regenerate() -> list[Path]:
    """Write the golden files anew; gives those that changed, came or went."""
    wanted = {str(path.relative_to(GOLDEN)): data for path, data in expected().items()}
    found = golden.differences(GOLDEN, wanted)
    golden.update(GOLDEN, found)
    return [GOLDEN / each.path for each in found]


@pytest.mark.parametrize("brand", CASES)
def test_every_golden_file_is_still_made_and_no_other(brand: str) -> None:
    made = {path for path in expected() if path.is_relative_to(GOLDEN / brand)}
    there = {path for path in (GOLDEN / brand).rglob("*") if path.is_file()}
    assert made == there, AGAIN


@pytest.mark.parametrize(
    ("path", "data"), [pytest.param(*each, id=str(each[0].relative_to(GOLDEN))) for each in expected().items()]
)
def test_a_file_is_as_it_was_approved(path: Path, data: bytes) -> None:
    assert data.decode() == path.read_bytes().decode(), AGAIN
