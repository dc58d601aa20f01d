"""What the main process does by itself: it beats, and keeps what dhcp says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ringboot import log
from ringboot.app import main
from ringboot.host.start import Start
from ringboot.model.event import Event
from ringboot.servers.foreign import Foreign
from ringboot.setup.machine import Machine
from ringboot.store.errors import StoreDamaged
from ringboot.store.journal_file import JournalDamaged

NOW = 1_700_000_000.0
CONFIG = '[dhcp]\ninterfaces = ["lo"]\n[[dhcp.network]]\nsubnet = "127.77.0.0/16"\n'
DAMAGES = (JournalDamaged(Path("1.journal"), "is torn"), StoreDamaged(Path("fleet.db"), "is torn", "Restore it."))


class Around:
    """What is around the main process, as far as these need it; every event that is told is kept."""

    def __init__(self, interfaces: tuple[str, ...] = ()) -> None:
        self.told: list[Event] = []
        self.core = SimpleNamespace(
            utc=lambda: NOW, note=self._note, began_with=SimpleNamespace(dhcp=SimpleNamespace(interfaces=interfaces))
        )
        self.addresses = SimpleNamespace(now={"eth0": ("10.0.0.2",), "eth1": ("10.1.0.2", "10.1.0.3")})
        self.desk = SimpleNamespace(processes=lambda: self.rows)
        self.rows: list[dict[str, Any]] = []
        self.restarts: dict[str, int] = {}
        self.met: list[Foreign] = []
        self.others = SimpleNamespace(met=self.met.append)

    def _note(self, *events: Event) -> None:
        self.told += events

    def hear(self, *rows: dict[str, Any]) -> list[Event]:
        """Give what is kept of hints."""
        main._Main._hints(cast(main._Main, self), list(rows))
        return self.told

    def greet(self, **restarts: int) -> list[Event]:
        """Let dhcp say hello after so many restarts; gives what was told until then."""
        self.rows = [{"name": name, "restarts": count, "last_end": "exit 1"} for name, count in restarts.items()]
        main._Main._note_restarts(cast(main._Main, self))
        return self.told


def hint(reason: str, mac: str = "00:00:5e:00:53:01", **detail: object) -> dict[str, Any]:
    return {"utc": NOW, "reason": reason, "mac": mac, "detail": detail, "message": "DISCOVER", "interface": "eth0"}


def test_of_what_dhcp_says_what_stops_a_boot_is_kept() -> None:
    kept = Around().hear(
        hint("offered", address="10.0.0.9"),
        hint("pool-full", network="phones"),
        hint("nak-not-yours", address="10.0.0.9"),
        hint("clock-jumped", mac="", seconds=3600),
    )
    assert [(event.reason, event.mac, event.address) for event in kept] == [
        ("pool-full", "00:00:5e:00:53:01", None),
        ("nak-not-yours", "00:00:5e:00:53:01", "10.0.0.9"),
        ("clock-jumped", None, None),
    ]


def test_a_server_that_a_client_chose_was_met_unless_a_relay_is_between() -> None:
    around = Around()
    around.hear(
        hint("other-server-chosen", server="10.0.0.66"),
        {**hint("other-server-chosen", server="10.9.0.66"), "giaddr": "10.9.0.1"},
    )
    assert around.met == [Foreign("10.0.0.66", "eth0")]


def test_a_process_that_was_started_again_is_told_once() -> None:
    around = Around()
    assert around.greet(dhcp=2, main=0) == []
    (event,) = around.greet(dhcp=3, main=0)
    assert (event.reason, event.detail) == ("process-restarted", {"process": "dhcp", "why": "exit 1"})
    assert len(around.greet(dhcp=3, main=0)) == 1


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("in_a_task", [True, False], ids=["in a task", "at the start"])
def test_damage_is_told_as_such_wherever_it_is_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    damage: Exception,
    in_a_task: bool,
) -> None:
    async def end(_: object) -> int:
        raise ExceptionGroup("unhandled errors in a TaskGroup", [damage]) if in_a_task else damage

    monkeypatch.setattr(main._Main, "run", end)
    monkeypatch.setattr(log, "start", lambda *_, **__: None)
    (tmp_path / "ringboot.toml").write_text(CONFIG)
    assert main.run(Start(data=str(tmp_path), config=str(tmp_path / "ringboot.toml"))) == main.DAMAGED
    assert str(damage) in "".join(capfd.readouterr())


def test_addresses_that_cannot_be_looked_up_are_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def look() -> Machine:
        looks.append(1)
        if len(looks) == 2:
            raise RuntimeError("netlink said no")
        return Machine(())

    monkeypatch.setattr("ringboot.app.main.machine.look", look)
    monkeypatch.setattr(main, "ADDRESSES_EVERY", 0)

    async def whole() -> None:
        following = asyncio.create_task(main._Addresses().follow())
        async with asyncio.timeout(20):
            while len(looks) < 4 and not following.done():
                await asyncio.sleep(0.01)
        assert not following.done()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    asyncio.run(whole())
