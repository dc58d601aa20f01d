"""What proves a phone wherever it is, by curl over a daemon: a certificate with its MAC, its secret URL."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.certificates import BrandCa
from tests.whole.claims.people import Person, come_up, desk_phone
from tests.whole.claims.test_claims_and_proofs import told
from tests.whole.replay.site import HOST, VOICE, Site, colons

from ringboot.sim.stage import free_ports

ANYWHERE = "127.200.0.1"  # in no network of ours
VICTIM, OTHER = "00085d060601", "00085d060602"
SOFTPHONES = (Path(__file__).parents[3] / "docs/howto/softphones.md").read_text()
MISSING = (404, b"Not Found\n")


class Office(Site):
    """A daemon that serves HTTPS, with the CA of a brand."""

    def __init__(self, folder: Path) -> None:
        self.https, self.old = free_ports(2)
        self.brand = BrandCa(folder, "brand")
        self.others = BrandCa(folder, "others")
        self.nobody = BrandCa(folder, "nobody")
        more = f"""
[https]
listen = "{HOST}:{self.https}"
[https.legacy]
listen = "{HOST}:{self.old}"
[[https.client_ca]]
brand = "aastra"
file = "{self.brand.path}"
[[https.client_ca]]
brand = "cisco-7900"
file = "{self.others.path}"
"""
        super().__init__(folder, more=more)
        self.ca = folder / "ca.crt"
        self.ca.write_text(self.run("tls", "ca"))

    def curl(self, path: str, *options: str, source: str = ANYWHERE, agent: str = "", port: int = 0) -> Any:
        """Fetch by HTTPS, or by HTTP from its port; gives status and body, None for no status."""
        url = f"http{'' if port == self.http else 's'}://{HOST}:{port or self.https}/{path}"
        command = ["curl", "-sS", "--path-as-is", "--cacert", str(self.ca), "--interface", source, "-A", agent]
        done = subprocess.run([*command, *options, "-w", "%{http_code}", url], capture_output=True, check=False)
        status = int(done.stdout[-3:])
        return (status, done.stdout[:-3]) if status else None


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    running = Office(tmp_path_factory.mktemp("https"))
    try:
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def victim(site: Office) -> Person:
    return come_up(site, VICTIM)


@pytest.fixture(scope="module")
def other(site: Office) -> Person:
    return come_up(site, OTHER)


def test_https_as_such(site: Office, victim: Person) -> None:
    """A lease proves a phone there as it does by HTTP; a stranger gets what all of its brand share and no more."""
    assert site.curl(victim.path, source=victim.address, agent=victim.agent) == (200, victim.own())
    assert site.curl(victim.path, agent=victim.agent) == MISSING
    assert site.curl(victim.common, agent=victim.agent) == (200, site.on_disk("aastra", victim.common))
    row = site.daemon.json("tls", "show")
    assert row["certificate"]["names"] == [HOST, "ringboot"]
    assert row["listen"] == f"{HOST}:{site.https}"
    assert row["problem"] == ""
    assert (site.daemon.data / "tls" / "ca.key").stat().st_mode & 0o777 == 0o600
    assert "aastra: " in site.run("tls", "show")


@pytest.mark.parametrize(
    "subject", [VICTIM.upper(), "00:08:5d:06:06:01", "00-08-5D-06-06-01", "SEP" + VICTIM.upper(), ""],
)  # fmt: skip
def test_the_right_mac_opens_its_files_from_anywhere(site: Office, victim: Person, subject: str) -> None:
    """In any spelling; without a common name that holds it, an alternative one counts."""
    shown = site.brand.sign(subject) if subject else site.brand.sign("phone", f"{VICTIM}.phones.example.org")
    assert site.curl(victim.path, *shown.curl(), agent=victim.agent) == (200, victim.own())


def test_it_opens_them_in_a_network_that_we_lease_too(site: Office, victim: Person) -> None:
    shown = site.brand.sign(VICTIM).curl()
    assert site.curl(victim.path, *shown, source="127.77.9.30") == (200, victim.own()), "leased to nobody"
    before = victim.row()
    stranger = site.lease("02005e000071").address
    assert site.curl(victim.path, *shown, source=stranger, agent=victim.agent) == (200, victim.own())
    assert victim.row() == {**before, "ip": "127.77.9.30"} or victim.row() == before, "not at another one's address"
    assert site.devices(ip=stranger) == []


def test_another_mac(site: Office, victim: Person, other: Person) -> None:
    """A certificate proves its own MAC and no other, also where it is claimed in a User-Agent."""
    before = victim.row()
    shown = site.brand.sign(OTHER).curl()
    assert site.curl(victim.path, *shown, agent=victim.agent) == MISSING
    assert site.curl(victim.path, *shown, agent=other.agent) == MISSING
    assert victim.row() == before
    for mac in (VICTIM, OTHER):
        told(site, mac, colons(VICTIM), colons(OTHER), victim.path)
    assert site.curl(other.path, *shown, agent=other.agent) == (200, other.own())


def test_no_certificate(site: Office, victim: Person) -> None:
    assert site.curl(victim.path, agent=victim.agent) == MISSING
    assert site.curl(victim.path, agent=victim.agent) == site.curl(victim.missing, agent=victim.agent)


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("expired", "it has expired"),
        ("wrong CA", "its CA is not known here"),
        ("self-signed", "it is signed by itself"),
        ("generic", "its subject holds no MAC"),
        ("other brand", "its CA signs for cisco-7900"),
    ],
)
def test_a_certificate_that_proves_nothing(site: Office, victim: Person, kind: str, why: str) -> None:
    """It is as if none was shown: what all share, nothing of its own, and a line that says why."""
    shown = {
        "expired": lambda: site.brand.sign(VICTIM, days=-1),
        "wrong CA": lambda: site.nobody.sign(VICTIM),
        "self-signed": lambda: site.brand.sign(VICTIM, itself=True),
        "generic": lambda: site.brand.sign("generic phone"),
        "other brand": lambda: site.others.sign(VICTIM),
    }[kind]().curl()
    before = victim.row()
    assert site.curl(victim.path, *shown, agent=victim.agent) == MISSING
    assert site.curl(victim.common, *shown, agent=victim.agent) == (200, site.on_disk("aastra", victim.common))
    assert victim.row() == before
    told(site, VICTIM, "certificate", ANYWHERE, why)
    assert site.curl(victim.path, *shown, source=victim.address) == (200, victim.own()), "its lease still proves it"


def test_a_certificate_makes_a_new_phone_known_from_a_branch(site: Office) -> None:
    new = desk_phone(site, "00085d060603", ANYWHERE)
    shown = site.brand.sign("00085D060603").curl()
    assert site.curl(new.path, *shown, agent=new.agent) == (200, new.own())
    row = new.row()
    assert (row["model"], row["ip"], row["added"], row["configured"]) == ("6731i", ANYWHERE, "auto", True)


def test_old_tls_only_on_its_own_listener(site: Office, victim: Person) -> None:
    old = ("--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0")
    assert site.curl(victim.path, *old, source=victim.address, agent=victim.agent) is None
    got = site.curl(victim.path, *old, source=victim.address, agent=victim.agent, port=site.old)
    assert got == (200, victim.own())
    told(site, VICTIM, "TLSv1.1", "brand aastra", victim.agent)


def url(site: Office, mac: str, *options: str) -> str:
    """Give the path of a phone's secret URL, as a person asks for it."""
    shown = site.run("device", "url", colons(mac), *options).splitlines()
    paths = [re.fullmatch(rf"https?://{HOST}:\d+/(s/[A-Za-z0-9]{{32}}/)", line) for line in shown]
    assert [line.partition("/s/")[0] for line in shown] == [
        f"https://{HOST}:{site.https}",
        f"http://{HOST}:{site.http}",
    ]
    assert paths[0] is not None
    return paths[0][1]


@pytest.mark.parametrize("door", ["https", "http"])
@pytest.mark.parametrize("source", [ANYWHERE, "127.77.9.31", "127.89.0.31"], ids=["outside", "leased", "elsewhere"])
def test_a_secret_url_from_anywhere(site: Office, victim: Person, door: str, source: str) -> None:
    secret = url(site, VICTIM)
    assert secret == url(site, VICTIM), "it stays"
    port = site.https if door == "https" else site.http
    for agent in (victim.agent, ""):
        assert site.curl(secret + victim.path, source=source, agent=agent, port=port) == (200, victim.own())
    common = site.curl(secret + victim.common, source=source, agent="", port=port)
    assert common == (200, site.on_disk("aastra", victim.common)), "it says whose plugin answers"
    assert victim.row()["ip"] == source, "there it proved to be"


def test_a_wrong_secret_url(site: Office, victim: Person) -> None:
    secret = url(site, VICTIM)
    for wrong in (
        "s/" + "x" * 32 + "/",
        secret[:-2] + "/",
        secret.swapcase(),
        "s/",
        "s//",
        secret.replace("s/", "S/", 1),
    ):
        for path in (victim.path, victim.common):
            for source in ("127.200.0.2", victim.address):
                got = site.curl(wrong + path, source=source, agent=victim.agent)
                assert got == site.curl(victim.missing, agent=victim.agent) == MISSING, (wrong, path, source)


def test_the_secret_url_of_another_device(site: Office, victim: Person, other: Person) -> None:
    secret, source = url(site, OTHER), "127.200.0.3"
    assert site.curl(secret + victim.path, source=source) == MISSING
    assert site.curl(secret + victim.path, source=source, agent=victim.agent) == MISSING
    assert site.curl(secret + other.common, source=source, agent=victim.agent) == MISSING, "not in the name of another"
    for mac in (VICTIM, OTHER):
        told(site, mac, colons(VICTIM), colons(OTHER), victim.path)
    assert site.curl(secret + other.path, source=source) == (200, other.own())


def test_a_secret_url_and_the_certificate_of_another(site: Office, victim: Person, other: Person) -> None:
    shown = site.brand.sign(OTHER).curl()
    for path in (victim.path, other.path):
        assert site.curl(url(site, VICTIM) + path, *shown) == MISSING
    assert site.curl(url(site, VICTIM) + victim.path, *site.brand.sign(VICTIM).curl()) == (200, victim.own())


def test_a_new_secret_url_ends_the_one_before(site: Office, victim: Person) -> None:
    before = url(site, VICTIM)
    after = url(site, VICTIM, "--renew")
    assert before != after
    assert site.curl(before + victim.path) == MISSING
    assert site.curl(after + victim.path) == (200, victim.own())
    told(site, VICTIM, "gave it a new secret URL")


def test_a_secret_url_ends_with_its_device(site: Office) -> None:
    mac = "00085d060604"
    site.add(mac=mac, plugin="aastra")
    phone = desk_phone(site, mac)
    secret = url(site, mac)
    own = phone.own()
    assert site.curl(secret + phone.path) == (200, own)
    site.run("device", "remove", colons(mac))
    assert site.curl(secret + phone.path) == MISSING


def entry(site: Office, program: str) -> str:
    """Give the path of Ann's secret URL for a program."""
    return str(urlsplit(site.daemon.json("device", "url", f"ann-{program}")["https"]).path.lstrip("/"))


def test_the_page_about_softphones(site: Office, victim: Person, tmp_path: Path) -> None:
    """Its commands as they stand there; each program's files from anywhere, without whom the URL is nothing."""
    commands = [line.removeprefix("$ ringboot ") for line in SOFTPHONES.splitlines() if line.startswith("$ ringboot ")]
    assert len(commands) == 6
    renewed = commands.pop()
    for command in commands:
        site.run(*command.split())
    picture = tmp_path / "url.svg"
    site.run("device", "url", "ann-linphone", "--svg", str(picture))
    assert picture.stat().st_mode & 0o077 == 0
    urls = {name: entry(site, name) for name in ("linphone", "baresip")}
    before = site.curl(urls["linphone"])
    assert before == (200, site.on_disk("linphone", "linphone/ann-linphone.xml"))
    assert b"open-sesame" in before[1]
    (part,) = re.findall(r"&& curl (.*) URL/accounts URL/contacts", SOFTPHONES)
    for name in ("accounts", "contacts", "config"):
        made = site.on_disk("baresip", f"baresip/ann-baresip/{name}")
        assert site.curl(urls["baresip"] + name, *part.split()[:1]) == (200, made)
    assert site.curl(urls["baresip"] + "ann-linphone.xml") == MISSING
    assert site.curl(urls["baresip"].replace("ann-baresip", "ann-linphone") + "accounts") == MISSING
    said = site.daemon.log.read_text() + site.run("device", "show", "ann-linphone", "--secrets")
    assert urls["linphone"].split("/")[1] not in said
    site.run(*renewed.split())
    assert site.curl(urls["linphone"]) == MISSING
    assert site.curl(entry(site, "linphone")) == before
    (last,) = re.findall(r"`ringboot (device set [^`]*)`", SOFTPHONES)
    site.run(*last.split())
    assert b"open-sesame" not in site.curl(entry(site, "linphone"))[1]
    (when,) = re.findall(r"`ringboot (device files [^`]*)`", SOFTPHONES)
    assert "linphone/ann-linphone.xml" in site.run(*when.split())


def test_the_word_stands_nowhere_but_in_the_answer(site: Office, victim: Person) -> None:
    """Not in the log at its most talkative, events, explain, status, nor in what is known of the device."""
    secret = url(site, VICTIM)
    word = secret.split("/")[1]
    for path in (victim.path, "no-such.cfg", "../../etc/passwd", "", "%zz"):
        for asked in (secret, f"x/{secret}", secret.replace("s/", "S/", 1), secret.replace("/", "%2f", 1)):
            site.curl(asked + path, source="127.200.0.4")
    site.read(victim.address, secret + victim.path)
    told(site, VICTIM, "no-such.cfg")
    said = [site.daemon.log.read_text(), site.explain(VICTIM), str(site.explained(VICTIM)), str(victim.row())]
    said += [str(site.daemon.json("status")), site.run("device", "show", colons(VICTIM), "--secrets")]
    assert [text for text in said if word in text] == []
    assert (site.daemon.data / "fleet.db").stat().st_mode & 0o077 == 0


def test_a_voice_lease_beside_it_changes_nothing(site: Office, victim: Person) -> None:
    voice = come_up(site, VICTIM, VOICE)
    assert voice.reads_its_file()
    assert site.curl(victim.path, *site.brand.sign(VICTIM).curl()) == (200, victim.own())
