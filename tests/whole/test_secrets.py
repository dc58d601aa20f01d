"""No secret in what the daemon says: every key that holds one gets a canary, and then all that can be read is read."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.whole.replay.sequences import SEQUENCES
from tests.whole.replay.site import Site, colons, go, go_again

from ringboot.sim.phone import Phone

pytestmark = pytest.mark.xdist_group("whole-secrets")

VERBOSE = "import sys\nsys.argv.append('--verbose')"
CANARY = "kanarie"
RAW = {
    "admin_password": f"{CANARY}-admin",
    "user_password": f"{CANARY}-user",
    "sip_local_key": f"-----BEGIN PRIVATE KEY-----\n{CANARY}-key\n-----END PRIVATE KEY-----",
    "X_portal_password": f"{CANARY}-own",
    "sip_lines": {"1": {"username": "ann", "password": f"{CANARY}-line", "proxy_ip": "10.0.0.5"}},
}
MODELS = ("6731i", "7961G")
HTTP, TFTP = (colons(SEQUENCES[model].mac) for model in MODELS)
# What is refused, and templates that each fail in a way of their own: over a value that is a secret.
REFUSED = (
    f'admin_password:=["{CANARY}"]',
    f"user_password={CANARY}\nmore",
    f"sip_local_key={CANARY}",
    f'sip_lines.1.password:=["{CANARY}"]',
)
FAULTY = (
    "{{ tables.sip.transport[admin_password] }}",
    "{% include sip_lines['1'].password %}",
    "{{ ['a'].index(user_password) }}",
    "{{ X_portal_password.nothing }}",
)
COMMANDS = (
    *(("explain", "--mac", mac) for mac in (HTTP, TFTP)),
    *(("device", verb, mac) for verb in ("show", "files") for mac in (HTTP, TFTP)),
    *((noun, "list") for noun in ("device", "config", "plugin", "settings", "lease", "reservation")),
    *(("config", "show", name) for name in ("ann", "base", "defaultconfigdevice", "autoprov")),
    ("config", "list", CANARY),
    ("plugin", "show", "aastra"),
    ("status",),
)


class Story:
    """A daemon that logs all it can, and two phones with secrets, and what commands said meanwhile."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        self.daemon = site.daemon
        self.said: list[str] = []
        self.problems: list[str] = []
        config = folder / "ann.json"
        config.write_text(json.dumps(RAW))
        config.chmod(0o600)
        self.run("config", "add", "ann", "--parent", "base", "--file", str(config))
        self.phones = [self._phone(model) for model in MODELS]
        for phone in self.phones:
            self.run("device", "set", phone.mac.hex(":"), "--use-config", "ann")
            assert go_again(phone)[-1].what == "done"
        for wrong in REFUSED:
            self.run("config", "set", "ann", wrong, status=1)
        self._fail_over(FAULTY)

    def _phone(self, model: str) -> Phone:
        sequence = SEQUENCES[model]
        phone = self.site.phone(sequence.mac, model, sequence.habit)
        assert go(phone)[-1].what == "done"
        return phone

    def _fail_over(self, templates: tuple[str, ...]) -> None:
        own = self.site.folder("aastra") / "var" / "templates" / f"{MODELS[0]}.tpl"
        for text in templates:
            own.write_text(text)
            self.run("device", "reconfigure", HTTP, status=1)
            self.run("explain", "--mac", HTTP)
            self.problems.append(self.site.device(SEQUENCES[MODELS[0]].mac)["problem"])
        own.unlink()
        self.run("device", "reconfigure", HTTP)

    def run(self, *words: str, status: int = 0) -> str:
        """Run a command, and keep what it says."""
        done = self.daemon.run(*words, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        self.said.append(done.stdout + done.stderr)
        return done.stdout

    def events(self) -> dict[str, str]:
        """Give the details of the stored events by reason."""
        found: dict[str, str] = {}
        with closing(sqlite3.connect(f"file:{self.daemon.data}/fleet.db?mode=ro", uri=True)) as database:
            for reason, detail in database.execute("SELECT reason, detail FROM event"):
                found[reason] = found.get(reason, "") + str(detail)
        return found


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("secrets")
    site = Site(folder, before=VERBOSE)
    try:
        yield Story(site, folder)
    finally:
        site.close()


def test_the_phone_itself_gets_its_secrets(story: Story) -> None:
    for phone in story.phones:
        assert any(CANARY in (fetched.body or b"").decode() for fetched in phone.files.values())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret(words: tuple[str, ...], story: Story) -> None:
    for json_ in ((), ("--json",)):
        said = story.run(*words, *json_)
        assert said.strip() or not json_
        assert CANARY not in said


def test_who_asks_for_secrets_is_shown_them(story: Story) -> None:
    shown = story.run("config", "show", "ann", "--secrets")
    assert shown.count(CANARY) == 5
    assert story.run("config", "show", "ann").count("***") == 5
    path = SEQUENCES[MODELS[0]].prefix + f"{SEQUENCES[MODELS[0]].mac.upper()}.cfg"
    assert CANARY in story.run("device", "show-file", HTTP, path)
    del story.said[-3:]


def test_no_refusal_and_no_fault_repeats_a_secret(story: Story) -> None:
    assert len(story.said) > len(REFUSED) + 2 * len(FAULTY)
    assert [said for said in story.said if CANARY in said] == []
    assert all("***" in problem for problem in story.problems[:3]), story.problems
    assert [problem for problem in story.problems if CANARY in problem] == []


def test_no_event_holds_a_secret(story: Story) -> None:
    events = story.events()
    assert {"device-created", "configured", "served", "template-error"} <= events.keys()
    assert [reason for reason, detail in events.items() if CANARY in detail] == []


def test_no_line_of_the_log_holds_a_secret(story: Story) -> None:
    log = story.daemon.log.read_text()
    assert '"level": "debug"' in log
    assert [line for line in log.splitlines() if CANARY in line] == []


def test_only_the_daemons_user_and_group_read_what_holds_secrets(story: Story) -> None:
    data = story.daemon.data
    holding = [path for path in data.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert {path.name for path in holding} >= {"fleet.db-wal", f"SEP{SEQUENCES[MODELS[1]].mac.upper()}.cnf.xml"}
    assert [path for path in holding if path.stat().st_mode & stat.S_IRWXO] == []
    modes = {name: stat.S_IMODE((data / name).stat().st_mode) for name in (".", "run", "run/dhcp.sock", "fleet.db")}
    assert modes == {".": 0o750, "run": 0o750, "run/dhcp.sock": 0o600, "fleet.db": 0o600}
