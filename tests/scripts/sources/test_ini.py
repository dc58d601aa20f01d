"""The INI file: every way of writing it, and every fault with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.scripts.sources.places import INI_TEXT, KNOWN, SITE

from ringboot.scripts.sources.client import Client
from ringboot.scripts.sources.definition import row_of
from ringboot.scripts.sources.ini import IniSource, records_of
from ringboot.scripts.sources.ini_text import BadIni, read_ini
from ringboot.scripts.sources.source import SourceFailed

HEAD = "[main|0]\nlease-time = 60\n"


@pytest.mark.parametrize("name", ["00:00:5e:00:53:01", "00-00-5E-00-53-01", "00005e005301", "0000.5E00.5301"])
def test_a_mac_may_be_written_with_any_separators(name: str) -> None:
    records = records_of(read_ini(f"{HEAD}[{name}]\nip: 10.0.0.9\nsubnet: main\nserial: 0\n"))
    assert records[KNOWN]["lease_time"] == "60"


def test_extras_have_the_kind_that_they_say_and_options_any_name() -> None:
    text = f"""{HEAD}
[{KNOWN}]
ip=10.0.0.9
subnet=main
serial=0
s:room: A 12
i:vlan = 7
f:ratio: 0.5
b:guest = no
I:bad: x
option:tftp-server-name: boot.example.org
"""
    [record] = records_of(read_ini(text)).values()
    assert {key: value for key, value in record.items() if key.startswith("maps.")} == {
        "maps.room": "A 12", "maps.vlan": 7, "maps.ratio": 0.5, "maps.guest": False, "maps.bad": None,
    }  # fmt: skip
    assert row_of(record, "x", SITE).given.options == {"66": "boot.example.org"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ip = 1", "line 1: stands before the first [section]"),
        (f"{HEAD}nonsense", "line 3: nonsense is neither [section] nor key = value"),
        (f"{HEAD}lease-time: 9", "line 3: lease-time stands in [main|0] twice"),
        (f"{HEAD}[main|0]", "line 3: section [main|0] stands here twice, first in line 1"),
        ("[main|0]\ngateway: 10.0.0.1", "line 1: [main|0] has no lease-time"),
        (f"{HEAD}colour: red", "line 3: colour is no key here; an extra one is written s:colour"),
        (f"{HEAD}i:vlan: red", "line 3: i:vlan: invalid literal"),
        (f"{HEAD}b:up: maybe", "line 3: b:up: 'maybe' is neither true nor false"),
        ("[printer]", "line 1: [printer] is neither a MAC nor subnet|serial"),
        (f"{HEAD}[{KNOWN}]\nip: 10.0.0.9", "line 3: [00:00:5e:00:53:01] has no subnet and no serial"),
        (
            f"{HEAD}[{KNOWN}]\nip: 10.0.0.9\nsubnet: main\nserial: 1",
            "line 3: [00:00:5e:00:53:01] is in main|1, and there is no such section",
        ),
        (
            f"{HEAD}[{KNOWN}]\nip: 1\nsubnet: main\nserial: 0\n[{KNOWN.upper()}]\nip: 2\nsubnet: main\nserial: 0",
            "line 7: [00:00:5E:00:53:01] is 00:00:5e:00:53:01, which stands here before",
        ),
    ],
)
def test_every_fault_has_its_line(text: str, what: str) -> None:
    with pytest.raises(BadIni) as caught:
        records_of(read_ini(text))
    assert str(caught.value).startswith(what)


def test_a_changed_file_is_read_again_and_a_broken_one_is_a_failure_until_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "site.ini"
    path.write_text(INI_TEXT)
    source = IniSource(path)
    assert source.lookup(Client(KNOWN))[0]["ip"] == "10.0.0.9"
    path.write_text(INI_TEXT.replace("10.0.0.9", "10.0.0.123"))
    assert source.lookup(Client(KNOWN))[0]["ip"] == "10.0.0.123"
    path.write_text("broken")
    for _ in range(2):
        with pytest.raises(SourceFailed, match=r"site\.ini, line 1: stands before the first"):
            source.lookup(Client(KNOWN))
    path.unlink()
    with pytest.raises(SourceFailed, match="cannot be read: No such file"):
        source.lookup(Client(KNOWN))
    path.write_bytes(b"[\xff]")
    with pytest.raises(SourceFailed, match="is not UTF-8"):
        source.lookup(Client(KNOWN))
    path.write_text(INI_TEXT)
    assert source.lookup(Client(KNOWN))


@given(st.text(alphabet="[]|:=; \n\tsifbSIFB0123456789abcdef-lease-time", max_size=200))
@example("[a|0]\n lease-time: 1\n\tgoes on")
def test_whatever_stands_in_a_file_it_is_read_or_refused(text: str) -> None:
    fault = None
    try:
        records_of(read_ini(text))
    except BadIni as error:
        fault = error
    assert fault is None or 1 <= fault.line <= len(text.splitlines())
