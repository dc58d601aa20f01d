"""Own templates of the administrator: file over model over base, own over shipped, by every way to a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from tests.whole.replay.site import Site, colons, go

from ringboot.sim.phone import Habit

MODEL = "6731i"
NEW, ASSIGNED, BARE, CISCO = "00085d2eecfb", "00085d2eecfc", "00085d2eecfd", "001120fc3a7c"
PRESET = "preset {{ preset | default([]) | join(' ') }}\n"  # what a model's template tells the one it extends


class Phone(NamedTuple):
    """A phone that has come up."""

    mac: str
    address: str
    agent: str

    @property
    def path(self) -> str:
        """Give its own file."""
        return f"Aastra/{self.mac.upper()}.cfg"


class Desk:
    """A site with three phones of a brand that asks by HTTP, and what an administrator does to their templates."""

    def __init__(self, site: Site) -> None:
        self.site = site
        with site.api() as api:
            api.post("configs", body={
                "id": "reception", "parent_ids": ["base", "defaultconfigdevice"],
                "raw_config": {"protocol": "SIP", "sip_lines": {"1": {"username": "u1042", "proxy_ip": "10.0.0.5"}}},
            })  # fmt: skip
        self.phones = {mac: self.boot(mac, "51i" if mac == BARE else MODEL) for mac in (NEW, ASSIGNED, BARE)}
        site.assign(ASSIGNED, "reception")
        self.shipped = {mac: self.served(mac) for mac in self.phones}

    def boot(self, mac: str, model: str) -> Phone:
        """Let a phone come up."""
        agent = f"Aastra{{model}} MAC:{{mac_dashes}} V:{'2.6.0.2010' if model == '51i' else '3.3.1.4365'}-SIP"
        habit = Habit({"60": "AastraIPPhone{model}"}, agent, ("43.2",), ("aastra.cfg", "{MAC}.cfg"))
        phone = self.site.phone(mac, model, habit)
        assert go(phone)[-1].what == "done"
        assert phone.lease is not None
        return Phone(mac, phone.lease.address, phone.filled(agent))

    def served(self, mac: str) -> str:
        """Let a phone read its file."""
        phone = self.phones[mac]
        fetched = self.site.get(phone.address, phone.path, phone.agent)
        assert fetched.body == self.site.on_disk("aastra", phone.path), fetched.status
        return fetched.body.decode()

    def reconfigure(self, plugin: str) -> None:
        """Have all files of a plugin made again."""
        with self.site.api() as api:
            told = api.post("devices", "reconfigure", body={"plugin": plugin})
        assert told["failed"] == []

    @contextmanager
    def own(self, templates: Mapping[str, str], plugin: str = "aastra") -> Iterator[None]:
        """Have templates of one's own for a while."""
        places = {self.site.folder(plugin) / "var" / "templates" / name: text for name, text in templates.items()}
        for place, text in places.items():
            place.write_text(text)
        try:
            self.reconfigure(plugin)
            yield
        finally:
            for place in places:
                place.unlink(missing_ok=True)
            self.reconfigure(plugin)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    site = Site(tmp_path_factory.mktemp("templates"))
    try:
        yield Desk(site)
    finally:
        site.close()


@pytest.fixture(params=[NEW, ASSIGNED], ids=["autoprov", "assigned"])
def mac(request: pytest.FixtureRequest, desk: Desk) -> str:
    """Name a phone that nobody has assigned yet, then one that somebody has."""
    chosen = str(request.param)
    config = desk.site.device(chosen)["config"]
    assert (config == "reception") == (chosen == ASSIGNED)
    return chosen


def test_the_more_exact_template_wins_and_the_shipped_one_comes_back(desk: Desk, mac: str) -> None:
    folder = desk.site.folder("aastra") / "var" / "templates"
    own = {f"{mac.upper()}.cfg.tpl": "of the file\n", f"{MODEL}.tpl": "of the model\n", "base.tpl": "of all\n"}
    with desk.own(own):
        assert desk.served(mac) == "of the file\n"
        (folder / f"{mac.upper()}.cfg.tpl").unlink()
        desk.reconfigure("aastra")
        assert desk.served(mac) == "of the model\n"
        (folder / f"{MODEL}.tpl").unlink()
        desk.reconfigure("aastra")
        assert desk.served(mac) == "of all\n", "the shipped template of the model extends base.tpl"
    assert desk.served(mac) == desk.shipped[mac]


def test_an_own_base_is_reached_through_the_shipped_template_of_the_model(desk: Desk, mac: str) -> None:
    with desk.own({"base.tpl": f"{PRESET}line {{{{ sip_lines['1'].username }}}}\n"}):
        first, second = desk.served(mac).splitlines()
    assert first == "preset voicemail forward dnd pickup services", "what the shipped template of the model sets"
    assert second == "line u1042" if mac == ASSIGNED else second.startswith("line ap")


def test_an_own_base_is_reached_through_an_own_template_of_the_model(desk: Desk, mac: str) -> None:
    own = {
        f"{MODEL}.tpl": "{% extends 'base.tpl' %}{% set preset = ['mine'] %}{% block more %}, more{% endblock %}",
        "base.tpl": f"{PRESET}of all{{% block more %}}{{% endblock %}}\n",
    }
    with desk.own(own):
        assert desk.served(mac) == "preset mine\nof all, more\n"


def test_the_template_of_a_file_extends_what_wins_for_its_model(desk: Desk, mac: str) -> None:
    file = f"{mac.upper()}.cfg.tpl"
    own = {
        file: f"{{% extends '{MODEL}.tpl' %}}{{% block access %}}admin password: of the file\n{{% endblock %}}",
        f"{MODEL}.tpl": "{% extends 'base.tpl' %}{% block clock %}clock of the model\n{% endblock %}",
    }
    with desk.own({file: own[file]}):
        lines = desk.served(mac).splitlines()
        assert "admin password: of the file" in lines
        assert set(lines) - {"admin password: of the file"} < set(desk.shipped[mac].splitlines())
    with desk.own(own):
        lines = desk.served(mac).splitlines()
        assert {"admin password: of the file", "clock of the model", "download protocol: HTTP"} < set(lines)


def test_an_own_template_extends_the_shipped_one_of_its_name(desk: Desk, mac: str) -> None:
    with desk.own({"base.tpl": "{% extends 'base.tpl' %}{% block clock %}clock of all\n{% endblock %}"}):
        lines = desk.served(mac).splitlines()
    assert "clock of all" in lines
    assert [line for line in lines if line != "clock of all"] == [
        line for line in desk.shipped[mac].splitlines() if not line.startswith(("time ", "dst "))
    ]


def test_what_is_included_is_looked_for_among_the_own_ones_first(desk: Desk, mac: str) -> None:
    own = {f"{mac.upper()}.cfg.tpl": "included: {% include 'base.tpl' %}", "extra.tpl": "extra for {{ MAC }}\n"}
    with desk.own(own):
        assert desk.served(mac) == f"included: {desk.shipped[mac]}".replace(
            "prgkey5 type: services", "prgkey5 type: none"
        ), "the shipped one, without what the template of the model presets"
    with desk.own({**own, "base.tpl": "{% include 'extra.tpl' %}"}):
        assert desk.served(mac) == f"included: extra for {mac.upper()}\n"


def test_a_shipped_template_includes_an_own_one(desk: Desk) -> None:
    site = desk.site
    habit = Habit({"60": "Cisco Systems, Inc. IP Phone CP-{model}"}, "", ("150",), ("SEP{MAC}.cnf.xml",))
    phone = site.phone(CISCO, "7961G", habit)
    assert go(phone)[-1].what == "done"
    site.assign(CISCO, "reception")
    assert phone.lease is not None
    address, path = phone.lease.address, f"SEP{CISCO.upper()}.cnf.xml"
    shipped = site.read(address, path).body
    assert shipped is not None
    assert b"<sipProfile>" in shipped
    with desk.own({"sip.tpl": "<mine>{{ sip_lines['1'].username }}</mine>"}, "cisco-7900"):
        served = site.read(address, path).body
        assert served == site.on_disk("cisco-7900", path)
        assert b"<mine>u1042</mine>" in served
        assert b"<sipProfile>" not in served
        assert b"<fullConfig>true</fullConfig>" in served, "the rest is the shipped base.tpl"
    assert site.read(address, path).body == shipped


def test_a_model_without_a_template_has_the_own_base_until_it_has_one(desk: Desk) -> None:
    assert desk.site.device(BARE)["model"] == "6751i"
    with desk.own({"base.tpl": "of all {{ device.model }}\n"}):
        assert desk.served(BARE) == "of all 6751i\n"
    with desk.own({"base.tpl": "of all\n", "6751i.tpl": "of the model\n"}):
        assert desk.served(BARE) == "of the model\n"
        assert desk.served(NEW) == "of all\n", "of another model"
    assert desk.served(BARE) == desk.shipped[BARE]


def test_the_template_of_a_file_is_for_that_phone_alone(desk: Desk) -> None:
    with desk.own({f"{NEW.upper()}.cfg.tpl": "of one phone\n"}):
        assert {each: desk.served(each) for each in desk.phones} == {**desk.shipped, NEW: "of one phone\n"}


def test_files_that_all_share_have_own_templates_too(desk: Desk) -> None:
    phone, names = desk.phones[NEW], ("Aastra/aastra.cfg", "Aastra/startup.cfg")
    before = [desk.site.get(phone.address, name, phone.agent).body for name in names]
    with desk.own({"aastra.cfg.tpl": "of all brands' phones: {{ server }}\n"}):
        for name in names:
            assert desk.site.get(phone.address, name, phone.agent).body == b"of all brands' phones: 127.0.0.1\n"
    assert [desk.site.get(phone.address, name, phone.agent).body for name in names] == before != [None, None]


def test_a_phone_that_comes_up_later_finds_the_own_template(desk: Desk) -> None:
    with desk.own({f"{MODEL}.tpl": "made for {{ mac }}\n"}):
        late = desk.boot("00085d2eecfe", MODEL)
        fetched = desk.site.get(late.address, late.path, late.agent)
    assert fetched.body == b"made for 00085d2eecfe\n"


def test_reconfigure_returns_when_the_files_stand(desk: Desk) -> None:
    place = desk.site.folder("aastra") / "var" / "templates" / f"{MODEL}.tpl"
    place.write_text("first\n")
    try:
        assert desk.served(NEW) == desk.shipped[NEW], "nothing changes before it is asked for"
        assert desk.site.run("device", "reconfigure", colons(NEW)) == "1 device configured, 1 file changed.\n"
        assert desk.site.on_disk("aastra", desk.phones[NEW].path) == b"first\n"
        assert desk.served(NEW) == "first\n"
        assert desk.served(ASSIGNED) == desk.shipped[ASSIGNED], "only the one that was named"
        place.write_text("second\n")
        told = desk.site.run("device", "reconfigure", "--plugin", "aastra")
        assert {desk.site.on_disk("aastra", desk.phones[each].path) for each in (NEW, ASSIGNED)} == {b"second\n"}
        assert told.endswith(f" devices configured, {len(desk.site.devices(model=MODEL))} files changed.\n")
    finally:
        place.unlink()
        desk.reconfigure("aastra")
    assert {each: desk.served(each) for each in desk.phones} == desk.shipped
