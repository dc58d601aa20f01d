"""Our own parsers as functions of octets: each must give a value or its own error, never anything else.

One row is one target: hypothesis throws octets at it in every run, atheris looks for new paths in `make test-long`.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ringboot.answer.decide import decide
from ringboot.answer.decision import Reply
from ringboot.answer.facts import Facts
from ringboot.answer.query import Now, Query
from ringboot.compat.importers.formats import FORMATS
from ringboot.compat.importers.imported import BadSource, Imported, Place
from ringboot.compat.importers.toml_text import toml_text
from ringboot.dhcp import message, options
from ringboot.leases.table import Table
from ringboot.model import codec, file
from ringboot.model.lease import BOUND, LeaseChange
from ringboot.model.site import Network, Pool, Site
from ringboot.plugins.manifest import BadManifest, parse_manifest
from ringboot.plugins.pkgsdb import read_text
from ringboot.sip import ami, digest, notify, response
from ringboot.store import journal_file
from ringboot.store.journal import Journal, JournalDamaged, JournalFailed
from ringboot.tftp import packets
from ringboot.tftp.options import negotiate

SOURCES = Path(__file__).resolve().parents[1] / "compat" / "sources"
IMPORTED = {"kea": "kea*.conf", "isc": "dhcpd*.conf", "dnsmasq": "dnsmasq*.conf"}
LEASES = {
    "kea": b"address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context\n"
    b"10.0.0.10,00:00:5e:00:53:01,01:00:00:5e:00:53:01,1000,1800000000,1,0,0,desk&#x2c1,0,\n",
    "isc": b"lease 10.0.0.10 { starts 5 2027/01/15 08:00:00; ends never; binding state active;\n"
    b'hardware ethernet 00:00:5e:00:53:01; uid "\\001\\000"; set vendor-class-identifier = "x"; client-hostname "d"; }',
    "dnsmasq": b"1800000000 00:00:5e:00:53:01 10.0.0.10 desk 01:00:00:5e:00:53:01\n"
    b"0 06-00:00:5e:00:53:02 10.0.0.11 * *\n",
}
PKGS_DB = (
    b"[pkg_fw]\nversion: 1\nfiles: a\n b\ninstall: i x.rom\ndepends: lang\n[file_a]\nurl: http://x/a.zip\nsize: 3\n"
    b"sha1sum: a9993e364706816aba3e25717850c26c9cd0d89d\n[install_i]\na-b: unzip $FILE1\nb-c: cp $ARG1 'a b'/\n"
)
CATALOG = Path(__file__).resolve().parents[2] / "src/ringboot/catalog"
NOW = Now(1_800_000_000.0, 1_000.0)
SERVER = 0x0A000001
CHANGE = LeaseChange(
    "bound", BOUND, "phones", 0x0A000064, b"\x01\x00\x08]\x00\x00\x01", b"\x00\x08]\x00\x00\x01", 0, 2**31, b"", 0.0
)

ACCOUNT = digest.Account("101", "secret")
NOTIFY = notify.Notify(notify.Contact("192.0.2.7", user="101"), "check-sync", ACCOUNT)
CHALLENGE = b'Digest realm="a", nonce="b", qop="auth,auth-int", algorithm=SHA-256-sess'
SIP = (
    b"SIP/2.0 401 Who\r\nVia: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bKabc\r\nCSeq: 1 NOTIFY\r\n"
    b"WWW-Authenticate: " + CHALLENGE + b"\r\nContent-Length: 0\r\n\r\n",
    CHALLENGE,
)


class Target(NamedTuple):
    """A parser, and octets to begin with."""

    name: str
    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def packet(data: bytes) -> None:
    """Read a DHCP message; what was read is written and read again as the same."""
    found = message.decode(data)
    if isinstance(found, message.BadPacket):
        assert 0 <= found.offset <= len(data)
        return
    assert message.decode(message.encode(found)) == found


def answered(data: bytes) -> None:
    """Answer whatever is a DHCP message: with a message, or silence for a named reason."""
    found = message.decode(data)
    if isinstance(found, message.BadPacket):
        return
    network = Network(
        "phones", 0x0A000000, 24, "phones", pools=(Pool(0x0A000064, 0x0A0000C8),), options={"3": "10.0.0.1"}
    )
    facts = Facts(Site(revision=1, networks=(network,), probe=False), Table())
    decision = decide(Query(found, "eth0", (SERVER,), found.ciaddr, 68, False), facts, NOW)
    if isinstance(decision, Reply):
        assert isinstance(message.decode(decision.data), message.Message)


def option(data: bytes) -> None:
    """Write any value of any option as text, which is read and written as the same text."""
    code, value = (data[0], data[1:256]) if data else (0, b"")
    if not 0 < code < 255:
        return
    text = options.format_value(code, value)
    assert text.isprintable()
    if value:
        assert options.format_value(code, options.encode_text(str(code), text)) == text


def option_text(data: bytes) -> None:
    """Read any text as the value of any option: an error, or octets with a text that stays as it is."""
    code, text = (data[0] if data else 0), data[1:].decode("utf-8", "replace")
    if not 0 < code < 255:
        return
    try:
        value = options.encode_text(str(code), text)
    except ValueError:
        return
    if value:
        option(bytes((code,)) + value)


def tftp(data: bytes) -> None:
    """Read a TFTP packet; what was read can be written, and a request for a file is agreed upon."""
    found = packets.decode(data)
    if isinstance(found, packets.BadPacket):
        return
    packets.encode(found)
    if isinstance(found, packets.RRQ):
        negotiate(found.options, 1_000)


def sip(data: bytes) -> None:
    """Cut a stream of SIP, read what was cut, and answer its challenge."""
    cut = response.cut(data)
    piece, rest = cut if isinstance(cut, tuple) and not isinstance(cut, response.BadStream) else (data, b"")
    assert len(rest) < len(data) or not data
    found = response.read(piece)
    if found is not None:
        assert 100 <= found.code <= 699
        assert found.phrase.isprintable()
        notify.proof(NOTIFY, found, "cnonce")
    challenge = digest.read(data.decode("utf-8", "replace"))
    if challenge is not None and challenge.is_known:
        assert digest.read(digest.answer(challenge, ACCOUNT, "NOTIFY", "sip:a", "c")) is not None


def asterisk(data: bytes) -> None:
    """Cut a stream of Asterisk's manager into packets, each shorter than what it was cut from."""
    while isinstance(cut := ami.cut(data), tuple) and not isinstance(cut, ami.BadStream):
        assert len(cut[1]) < len(data)
        assert isinstance(cut[0].message, str)
        data = cut[1]


def pkgs_db(data: bytes) -> None:
    """Read descriptions of packages; what is wrong is told and takes nothing else along."""
    with suppress(UnicodeDecodeError):
        packages, faults = read_text(data.decode())
        assert all(package.id == ident for ident, package in packages.items())
        assert all(fault.what for fault in faults)


def manifest(data: bytes) -> None:
    """Read a manifest; all that is wrong is told with a line."""
    text = data.decode("utf-8", "replace")
    try:
        parse_manifest(text)
    except BadManifest as error:
        lines = [each.line for each in error.problems]
    else:
        lines = []
    assert all(1 <= line <= text.count("\n") + 2 for line in lines)


def file_message(data: bytes) -> None:
    """Read what crosses between a door and the fleet."""
    with suppress(codec.BadMessage):
        found = file.decode(data)
        assert file.decode(file.encode(found)) == found


def journal(data: bytes) -> None:
    """Read a lease journal of these octets: its leases, or an error that names the file, which is left as it was."""
    with tempfile.TemporaryDirectory(dir=_fast()) as folder:
        path = journal_file.path_of(Path(folder), 1)
        path.write_bytes(data)
        said = _read(folder)
        if said is not None:
            assert str(path) in said
            assert path.read_bytes() == data


def _read(folder: str) -> str | None:
    """Read a journal; gives what is wrong with it."""
    try:
        opened = Journal.open(folder)
    except (JournalDamaged, JournalFailed) as error:
        return str(error)
    try:
        for change in opened.load():
            journal_file.fits((1, *change))
    except JournalDamaged as error:
        return str(error)
    finally:
        opened.close()
    return None


def a_journal() -> bytes:
    """Give the octets of a journal with some leases."""
    with tempfile.TemporaryDirectory(dir=_fast()) as folder:
        made = Journal.open(folder)
        made.append([CHANGE._replace(address=CHANGE.address + number) for number in range(20)])
        made.close()
        return journal_file.path_of(Path(folder), 1).read_bytes()


def importing(name: str) -> Callable[[bytes], None]:
    """Read another server's configuration: a ringboot.toml can be written, or the error names the file."""

    def run(data: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=_fast()) as folder:
            path = Path(folder) / "conf"
            path.write_bytes(data)
            place = Place("")
            try:
                found = FORMATS[name].read(path)
            except BadSource as error:
                found, place = Imported(), error.place
            assert min(place.line, place.column) >= 1
            tomllib.loads(toml_text(found, name))
            assert all(each.why and each.instead for each in found.not_carried)

    return run


def lease_file(name: str) -> Callable[[bytes], None]:
    """Read another server's lease file: leases, or what is wrong with a line, or an error that names the file."""

    def run(data: bytes) -> None:
        with tempfile.TemporaryDirectory(dir=_fast()) as folder, suppress(BadSource):
            path = Path(folder) / "leases"
            path.write_bytes(data)
            assert all(row.place.line >= 1 for row in FORMATS[name].leases(path))

    return run


def _fast() -> str | None:
    """Name a folder in memory, where there is one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


QUERY = message.Message(
    1, 1, 6, 0, b"\1\2\3\4", 0, 0, 0, 0, 0, 0, bytes.fromhex("00085d000001"), b"", b"",
    {53: b"\x01", 55: b"\x01\x03\x42", 60: b"Phone", 61: b"\x01\x00\x08]\x00\x00\x01", 82: b"\x01\x04port"},
)  # fmt: skip
SEEDS = tuple(
    message.encode(query)
    for query in (
        QUERY,
        QUERY._replace(options={53: b"\x03", 50: b"\x0a\x00\x00\x64", 54: b"\x0a\x00\x00\x01"}),
        QUERY._replace(options={53: b"\x03"}, ciaddr=0x0A000064),
        QUERY._replace(options={53: b"\x08", 43: b"\x01\x04abcd\xff"}, ciaddr=0x0A000064, giaddr=0x0A000001),
        QUERY._replace(options={53: b"\x01", 119: b"\x07example\x03org\x00\x03www\xc0\x00"}),
        QUERY._replace(options={53: b"\x01", 121: b"\x08\x0a\x0a\x00\x00\x01"}),
        QUERY._replace(options={}),
        QUERY._replace(sname=b"s" * 64, file=b"f" * 128),
    )
)
PIECES = tuple(
    bytes((row.code,)) + value
    for row in options.TABLE
    if 0 < row.code < 255
    for value in (b"\x0a\x00\x00\x01", b"\x03www\x07example\x03org\x00")
)
TEXTS = tuple(bytes((row.code,)) + b"10.0.0.1, 10.0.0.2" for row in options.TABLE if 0 < row.code < 255)
READ = packets.RRQ("Aastra/aastra.cfg", "octet", {"blksize": "1428", "tsize": "0", "windowsize": "8"})

TARGETS: tuple[Target, ...] = (
    Target("packet", packet, SEEDS),
    Target("answered", answered, SEEDS),
    Target("option", option, PIECES),
    Target("option-text", option_text, TEXTS),
    Target(
        "tftp", tftp, (packets.encode(READ), packets.encode(packets.ACK(7)), packets.encode(packets.OACK(READ.options)))
    ),
    Target("sip", sip, SIP),
    Target("asterisk", asterisk, (b"Response: Error\r\nActionID: 1\r\nMessage: no\r\n\r\nEvent: a\r\n\r\n",)),
    Target("manifest", manifest, tuple(each.read_bytes() for each in sorted(CATALOG.glob("*/plugin.toml")))),
    Target("pkgs-db", pkgs_db, (PKGS_DB,)),
    Target("file-message", file_message, (file.encode(file.FileRequest("tftp", "a.cfg", "10.0.0.9", 69, "10.0.0.1")),)),
    Target("journal", journal, (a_journal(),)),
    *(
        Target(f"import-{name}", importing(name), tuple(each.read_bytes() for each in sorted(SOURCES.glob(pattern))))
        for name, pattern in IMPORTED.items()
    ),
    *(Target(f"leases-{name}", lease_file(name), (seed,)) for name, seed in LEASES.items()),
)
