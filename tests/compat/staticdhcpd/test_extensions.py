"""Our extensions, and those of a site that come before them."""

from __future__ import annotations

import http.server
import json
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import pytest
from tests.compat.staticdhcpd.conversation import SERVER, ask, octets, site

from ringboot.compat.staticdhcpd import world
from ringboot.compat.staticdhcpd.conf import ConfError
from ringboot.compat.staticdhcpd.site import Site
from ringboot.compat.staticdhcpd.web import links, page
from ringboot.compat.staticdhcpd.world import Held, Outside
from ringboot.dhcp.message import DECLINE, DISCOVER, INFORM, RELEASE, REQUEST

NOW = 1_000_000.0


class Office(http.server.BaseHTTPRequestHandler):
    """A web service that keeps what it is told, and knows one client."""

    told: ClassVar[list[Any]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.told.append((body, self.headers.get("X-Key")))
        self._answer(body.get("mac"))

    def do_GET(self) -> None:
        self._answer("aa:00:00:00:00:01" if "aa%3A00%3A00%3A00%3A00%3A01" in self.path else None)

    def _answer(self, mac: str | None) -> None:
        row = {"ip": "10.0.0.7", "subnet": "s", "serial": 0, "lease_time": 99, "gateway": "10.0.0.1"}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(row if mac == "aa:00:00:00:00:01" else None).encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def office() -> Iterator[str]:
    Office.told.clear()
    with http.server.HTTPServer(("127.0.0.1", 0), Office) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def given(at: Site, message: bytes, *, unicast: bool = False) -> str | None:
    told = ask(at, message, unicast=unicast)
    assert not told.failed
    return told.given.address if told.given else None


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def pool(hits: Mapping[str, str] | None = None, leases: Sequence[Held] = ()) -> tuple[Site, Clock, list[Held]]:
    clock, seeded, done = Clock(), list[Held](), threading.Event()

    def scan(addresses: Sequence[str], _seconds: float) -> Mapping[str, str]:
        found = {address: mac for address, mac in (hits or {}).items() if address in addresses}
        done.set()
        return found

    def seed(rows: Sequence[Held]) -> None:
        seeded.extend(rows)
        done.set()

    at = site("pool", Outside(scan=scan, seed=seed, leases=lambda: leases, utc=clock))
    assert done.wait(10)
    if hits:
        done.clear()
        while not done.wait(0.01):
            at.tick()
    return at, clock, seeded


def test_a_pool_serves_whoever_comes_in_order_and_again_the_same() -> None:
    at, _, _ = pool()
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:01")) == "10.0.0.100"
    assert given(at, octets(REQUEST, "aa:00:00:00:00:01", {"50": "10.0.0.100", "54": SERVER})) == "10.0.0.100"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:02")) == "10.0.0.101"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:03", {"50": "10.0.0.102"})) == "10.0.0.102", "it was free"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:04")) is None, "all are out"
    told = ask(at, octets(INFORM, "aa:00:00:00:00:01", ciaddr="10.0.0.100"))
    assert told.given is not None
    assert told.given.options["6"] == "10.0.0.1"


def test_renewals_are_discouraged_and_names_are_made() -> None:
    at, _, _ = pool()
    told = ask(at, octets(DISCOVER, "aa:00:00:00:00:01"))
    assert told.given is not None
    assert (told.given.t1, told.given.t2, told.given.lease_time) == (292, 292, 300)
    assert told.given.hostname == "dynamic-10-0-0-100"


def test_an_offer_holds_for_a_minute_and_a_lease_for_its_time() -> None:
    at, clock, _ = pool()
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:01", {"50": "10.0.0.101"})) == "10.0.0.101"
    assert given(at, octets(REQUEST, "aa:00:00:00:00:02", {"50": "10.0.0.100", "54": SERVER})) == "10.0.0.100"
    clock.now += 61
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:03", {"50": "10.0.0.101"})) == "10.0.0.101", "not taken up"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:03", {"50": "10.0.0.100"})) == "10.0.0.101", "it keeps its own"
    clock.now += 240
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:05", {"50": "10.0.0.100"})) == "10.0.0.100", "it ran out"


def test_what_is_released_is_free_and_what_is_declined_rests() -> None:
    at, clock, _ = pool()
    first, second = "aa:00:00:00:00:01", "aa:00:00:00:00:02"
    for mac, address in ((first, "10.0.0.100"), (second, "10.0.0.101")):
        assert given(at, octets(REQUEST, mac, {"50": address, "54": SERVER})) == address
    ask(at, octets(RELEASE, first, {"54": SERVER}, ciaddr="10.0.0.100"), unicast=True)
    ask(at, octets(DECLINE, second, {"54": SERVER, "50": "10.0.0.101"}))
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:05", {"50": "10.0.0.101"})) == "10.0.0.102", "it rests"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:06", {"50": "10.0.0.101"})) == "10.0.0.100"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:07", {"50": "10.0.0.101"})) is None
    clock.now += 301
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:07", {"50": "10.0.0.101"})) == "10.0.0.101"


def test_a_restart_keeps_the_leases() -> None:
    held = Held("10.0.0.101", "aa:00:00:00:00:09", NOW + 100)
    at, _, _ = pool(leases=[held, Held("10.9.9.9", "aa:00:00:00:00:08", NOW + 100)])
    renewal = octets(REQUEST, "aa:00:00:00:00:09", ciaddr="10.0.0.101")
    assert given(at, renewal, unicast=True) == "10.0.0.101"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:01")) == "10.0.0.100"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:02")) == "10.0.0.102"


def test_a_client_that_the_pool_forgot_keeps_its_address_when_it_is_free() -> None:
    at, _, _ = pool()
    renewal = octets(REQUEST, "aa:00:00:00:00:09", ciaddr="10.0.0.101")
    assert given(at, renewal, unicast=True) == "10.0.0.101"


def test_hosts_that_answer_to_arp_have_their_address() -> None:
    at, _, seeded = pool({"10.0.0.100": "aa:00:00:00:00:77"})
    assert seeded == [Held("10.0.0.100", "aa:00:00:00:00:77", NOW + 300)]
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:01")) == "10.0.0.101"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:77")) == "10.0.0.100"


def test_a_client_is_cut_off_after_five_renewals() -> None:
    at, _, _ = pool()
    mac = "aa:00:00:00:00:01"
    assert given(at, octets(REQUEST, mac, {"50": "10.0.0.100", "54": SERVER}))
    renewal = octets(REQUEST, mac, ciaddr="10.0.0.100")
    assert [given(at, renewal, unicast=True) for _ in range(6)] == ["10.0.0.100"] * 5 + [None]


def test_pages_show_leases_figures_and_activity() -> None:
    at, _, _ = pool()
    callbacks = at.conf.world.callbacks
    ask(at, octets(REQUEST, "aa:00:00:00:00:01", {"50": "10.0.0.100", "54": SERVER}))
    ask(at, octets(DISCOVER, "aa:00:00:00:00:02"))
    shown = page(callbacks, "site", "/dynamic/guest/leases", {})
    assert (shown.status, shown.type) == (200, "text/html; charset=utf-8")
    assert b"<td>10.0.0.100</td><td>aa:00:00:00:00:01</td>" in shown.data
    assert {"name": "csv", "path": "/dynamic/guest/leases.csv"} in links(callbacks)
    assert {"name": "guest leases", "path": "/dynamic/guest/leases"} in links(callbacks)
    assert "/css" not in {each["path"] for each in links(callbacks)}, "it is hidden"
    raw = page(callbacks, "site", "/dynamic/guest/leases.csv", {})
    assert raw.type == "text/csv"
    assert raw.data.startswith(b"ip,mac,expiration,last seen\r\n10.0.0.100,aa:00:00:00:00:01,")
    styled = page(callbacks, "site", "/css", {})
    assert (styled.type, styled.data, styled.framed) == ("text/css", b"body {}", False)
    assert page(callbacks, "site", "/nowhere", {}).status == 404
    dashboard = page(callbacks, "a <site>", "/", {}).data.decode()
    for part in ("<h2>Lifetime</h2>", "<h2>Averages</h2>", "<h2>Graph</h2>", "<h2>Recent activity</h2>"):
        assert part in dashboard
    assert "<title>a &lt;site&gt;</title><link href" in dashboard


def test_figures_and_activity_count_packets() -> None:
    at, clock, _ = pool()
    ask(at, octets(RELEASE, "aa:00:00:00:00:01", {"54": SERVER}, ciaddr="10.0.0.100"))
    callbacks = at.conf.world.callbacks
    base = "/ca/uguu/puukusoft/staticDHCPd/extension/stats/graph"
    (line,) = json.loads(page(callbacks, "", f"{base}.json", {}).data)
    assert (line["received"], line["RELEASE"], line["discarded"]) == (1, 1, 0)
    text = page(callbacks, "", f"{base}.csv", {}).data.decode().splitlines()
    assert text[0].startswith("time,received,discarded")
    assert len(text) == 2
    dashboard = page(callbacks, "", "/", {}).data.decode()
    assert "<td>RELEASE</td><td>67</td><td>aa:00:00:00:00:01</td><td>10.0.0.100</td>" in dashboard
    assert "<td>all</td><td>1</td><td>0</td>" in dashboard
    clock.now += 301
    assert "aa:00:00:00:00:01" not in page(callbacks, "", "/", {}).data.decode(), "it is too old"


def test_the_feed_is_atom_and_what_it_quotes_is_text() -> None:
    at, _, _ = pool()
    ask(at, octets(DISCOVER, "ee:ee:ee:ee:ee:ee"))
    callbacks = at.conf.world.callbacks
    shown = page(callbacks, "", "/feed/atom", {})
    assert shown.type == "application/atom+xml"
    feed = ET.fromstring(shown.data)
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.findtext(f"{atom}id") == "urn:uuid:f3b5fbb0-6f1b-4c0d-9e0f-3f2a4b9f7a11"
    (entry,) = feed.findall(f"{atom}entry")
    assert entry.findtext(f"{atom}content") == "somebody <b>we know</b> too well"
    link = entry.find(f"{atom}link")
    assert link is not None
    assert link.get("href") == "http://dhcp.example.org/feed/record?uid=1"
    record = page(callbacks, "", "/feed/record", {"uid": ["1"]}).data
    assert b"somebody &lt;b&gt;we know&lt;/b&gt;" in record


def test_a_changed_copy_of_the_site_comes_before_ours(office: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFICE", office)
    at = site("ownpool", Outside(scan=lambda addresses, _seconds: {addresses[0]: "aa:00:00:00:00:77"}))
    mac = "aa:00:00:00:00:02"
    told = ask(at, octets(DISCOVER, mac))
    assert told.given is not None
    assert (told.given.address, told.given.t1, told.given.hostname) == ("10.0.0.101", 195, "own-10-0-0-101")
    assert [body for body, _ in Office.told] == [{"mac": mac, "least": 1}]
    for _ in range(2):
        assert given(at, octets(REQUEST, mac, ciaddr="10.0.0.101"), unicast=True) == "10.0.0.101"
    counted = vars(at.conf.module)["_pool"].renewals
    assert counted == {mac: 2}
    assert [body for body, _ in Office.told] == [{"mac": mac, "least": 1}], "a newcomer is new once"


HTTPDB = """
UID = GID = 0
DHCP_SERVER_IP = '10.0.0.1'
X_HTTPDB_URI = {uri!r}
X_HTTPDB_HEADERS = {{'X-Key': 'k'}}
X_HTTPDB_POST = {post}
X_HTTPDB_PARAMETERS = {{'site': 'here'}}
USE_CACHE = True
import staticDHCPd_extensions.httpdb as httpdb
DATABASE_ENGINE = httpdb.{engine}
"""


@pytest.mark.parametrize(("engine", "post"), [("HTTPDatabase", True), ("HTTPDatabase", False)])
def test_a_web_service_knows_the_clients(engine: str, post: bool, office: str, tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(HTTPDB.format(uri=office, engine=engine, post=post))
    at = Site.of(tmp_path / "conf.py")
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:01")) == "10.0.0.7"
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:02")) is None
    asked = ({"site": "here", "mac": "aa:00:00:00:00:01"}, "k")
    assert (asked in Office.told) is post


def test_a_cache_keeps_who_was_found_until_reload(office: str, tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text(HTTPDB.format(uri=office, engine="HTTPCachingDatabase", post=True))
    at = Site.of(tmp_path / "conf.py")
    for _ in range(2):
        assert given(at, octets(DISCOVER, "aa:00:00:00:00:01")) == "10.0.0.7"
    assert len(Office.told) == 1
    at.reinitialise()
    assert given(at, octets(DISCOVER, "aa:00:00:00:00:01")) == "10.0.0.7"
    assert len(Office.told) == 2


def test_an_extension_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conf.py").write_text("import staticDHCPd_extensions.httpdb as h\nDATABASE_ENGINE = h.HTTPDatabase\n")
    with pytest.raises(ConfError, match="httpdb needs X_HTTPDB_URI"):
        Site.of(tmp_path / "conf.py")
    (tmp_path / "conf.py").write_text("def init():\n    import staticDHCPd_extensions.nothing\n")
    with pytest.raises(ConfError, match=r"conf\.py:2: ModuleNotFoundError"):
        Site.of(tmp_path / "conf.py")


def test_an_extension_may_read_settings_while_the_site_is_read(tmp_path: Path) -> None:
    (tmp_path / "extensions").mkdir()
    (tmp_path / "extensions" / "mine.py").write_text(
        "from staticdhcpdlib import config\n"
        "got = (config.X_ANSWER, config.WEB_PORT, config.conf.X_ANSWER, hasattr(config, 'X_LATER'))\n"
    )
    (tmp_path / "beside_it.py").write_text("value = 7\n")
    (tmp_path / "conf.py").write_text("X_ANSWER = 42\nfrom extensions.mine import got\nimport beside_it\nX_LATER = 1\n")
    at = Site.of(tmp_path / "conf.py")
    assert vars(at.conf.module)["got"] == (42, 30880, 42, False)
    assert at.conf.world.config.X_LATER == 1
    world.remove()
    assert str(tmp_path) not in sys.path


def test_the_older_name_of_the_folder_works(tmp_path: Path) -> None:
    (tmp_path / "extensions").mkdir()
    (tmp_path / "extensions" / "mine.py").write_text("from staticdhcpdlib import config\nanswer = config.X_ANSWER\n")
    (tmp_path / "conf.py").write_text(
        "X_ANSWER = 42\ndef init():\n    global got\n    from extensions.mine import answer as got\n"
    )
    assert vars(Site.of(tmp_path / "conf.py").conf.module)["got"] == 42
