"""Another server and ours, started from the same file, answer fifty queries and more alike, or it is named why not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.whole.daemon import Daemon, wait_until
from tests.whole.lab import needs
from tests.whole.peers.alike import Answers, Excused, answers, differences
from tests.whole.peers.queries import ROWS
from tests.whole.peers.wire import PEERS, Peer, Wire, in_process

from ringboot.answer.facts import Facts
from ringboot.compat.importers.formats import FORMATS
from ringboot.compat.importers.imported import Imported
from ringboot.compat.importers.toml_text import toml_text
from ringboot.leases.table import Table
from ringboot.setup.load import load_text
from ringboot.setup.site import site_of

SOURCES = Path(__file__).parents[2] / "compat" / "sources"
pytestmark = needs()


class Excuse(NamedTuple):
    """An option, a row's pool or silence, that may differ: by what the report names, or by the peer's own habit."""

    what: Excused
    construct: str = ""
    habit: str = ""  # docs/howto/move-from-another-server.md names it


_NAKS = tuple(
    Excuse(row, habit="Kea and dhcpd are silent when a client wants to keep an address that they know no lease of")
    for row in ("client renews what was never given", "client rebinds an address of elsewhere")
)
EXCUSES: dict[str, tuple[Excuse, ...]] = {
    "kea": (
        Excuse(40, construct="class odd"),
        Excuse(12, habit="Kea gives a client its own host name back"),
        *_NAKS,
    ),
    "dnsmasq": (
        Excuse(40, construct="dhcp-option=tag:!phones,option:nis-domain,odd"),
        Excuse(60, habit="dnsmasq gives a client whose vendor class it asked for its vendor class back"),
        *(Excuse(code, habit="dnsmasq takes a little, by chance, off T1 and T2") for code in (58, 59)),
        *(
            Excuse((row, code), construct="dhcp-boot=tag:uefi,ipxe.efi,boot,10.9.0.2")
            for row in ("UEFI for x64", "UEFI for EBC")
            for code in (66, 67)
        ),
    ),
    "isc": (
        Excuse(40, construct="match if not exists vendor-class-identifier in class odd"),
        *(
            Excuse(row, construct='deny members of "phones" in a pool of subnet 10.9.0.0/24')
            for row in (
                "phone asks for all",
                "phone asks for some",
                "phone takes what is offered",
                "phone renews",
                "phone rebinds",
            )
        ),
        *_NAKS,
    ),
}


class Asked(NamedTuple):
    """What a peer answered."""

    wire: Wire
    peer: Peer
    source: Path
    found: Imported
    theirs: Answers


@pytest.fixture(
    scope="module", params=[pytest.param(row, marks=needs(row.program), id=row.name) for row in PEERS.values()]
)
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    peer: Peer = request.param
    source = SOURCES / peer.configuration
    found = FORMATS[peer.name].read(source)
    with Wire(tmp_path_factory.mktemp(peer.name)) as wire:
        running = wire.start(peer, source.read_text())
        theirs = answers(wire.ask, found)
        running.terminate()
        running.wait(20)
        yield Asked(wire, peer, source, found, theirs)


def excused(asked: Asked) -> set[Excused]:
    return {row.what for row in EXCUSES[asked.peer.name]}


def ours_in_process(found: Imported) -> Answers:
    text = toml_text(replace(found, interfaces=["s0"]), "the test")
    site = replace(site_of(load_text(Path("ringboot.toml"), text), revision=1), probe=False)
    facts = Facts(site, Table())
    for row in found.reservations:
        facts.put_reservation(row)
    return answers(in_process(facts), found)


def test_both_decide_alike(asked: Asked) -> None:
    kinds = [each.kind for each in asked.theirs.values()]
    assert len(kinds) == len(ROWS) >= 50
    assert kinds.count("OFFER") > 25
    assert {"ACK", "NAK", "nothing"} <= set(kinds)
    assert differences(asked.theirs, ours_in_process(asked.found), excused(asked)) == {}


def test_every_excuse_is_in_the_report_or_on_the_page_and_needed(asked: Asked) -> None:
    page = (SOURCES.parents[2] / "docs" / "howto" / "move-from-another-server.md").read_text().replace("\n  ", " ")
    ours = ours_in_process(asked.found)
    constructs = {row.construct for row in asked.found.not_carried}
    for excuse in EXCUSES[asked.peer.name]:
        assert excuse.construct in constructs or excuse.habit in page
        assert differences(asked.theirs, ours, excused(asked) - {excuse.what}) != {}


@pytest.mark.long
def test_both_programs_answer_alike(asked: Asked, tmp_path: Path) -> None:
    """The same with the commands that a person uses: import, serve, reservation import."""
    made = tmp_path / "ringboot.toml"
    command = [sys.executable, "-m", "ringboot", "import", asked.peer.name, str(asked.source), "--interface", "s0"]
    subprocess.run([*command, "--output", str(made)], check=True, capture_output=True)
    text = made.read_text().replace("[dhcp]\n", "[dhcp]\nprobe = false\n", 1)
    server = '[server]\ndata = "DATA"\napi_socket = "SOCKET"\n[tftp]\nlisten = "off"\n[http]\nlisten = "off"\n'
    folder = tmp_path / "run"
    folder.mkdir()
    with Daemon(folder, server + text, asked.wire.lab.server) as daemon:
        wait_until(asked.wire.listens, "our server to answer")
        daemon.run("reservation", "import", str(tmp_path / "reservations.csv"))
        ours = answers(asked.wire.ask, asked.found)
    assert differences(asked.theirs, ours, excused(asked)) == {}
