"""What the main process does by itself: it beats, looks for other servers again and again, and keeps what dhcp says."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ringboot.app import main
from ringboot.model.event import Event
from ringboot.servers.foreign import CannotLook, Foreign

NOW = 1_700_000_000.0


class Around:
    """What is around the main process, as far as these need it; every event that is told is kept."""

    def __init__(self, interfaces: tuple[str, ...] = ()) -> None:
        self.told: list[Event] = []
        self.core = SimpleNamespace(
            utc=lambda: NOW, tell=self._tell, began_with=SimpleNamespace(dhcp=SimpleNamespace(interfaces=interfaces))
        )
        self.addresses = SimpleNamespace(now={"eth0": ("10.0.0.2",), "eth1": ("10.1.0.2", "10.1.0.3")})
        self.desk = SimpleNamespace(processes=lambda: self.rows)
        self.rows: list[dict[str, Any]] = []
        self.restarts: dict[str, int] = {}
        self._work: list[Awaitable[object]] = []

    async def _tell(self, *events: Event) -> None:
        self.told += events

    def _soon(self, work: Callable[[], Awaitable[object]]) -> None:
        self._work.append(work())

    async def _done(self) -> None:
        for each in self._work:
            await each
        self._work.clear()

    def look(self, rounds: int) -> None:
        """Look for other servers until so many rounds are over."""

        async def whole() -> None:
            looking = asyncio.create_task(main._Main._look_for_others(cast(main._Main, self)))
            while len(self._work) < rounds and not looking.done():
                await asyncio.sleep(0)
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            await self._done()

        asyncio.run(whole())

    def hear(self, *rows: dict[str, Any]) -> list[Event]:
        """Give what is kept of hints."""
        main._Main._hints(cast(main._Main, self), list(rows))
        asyncio.run(self._done())
        return self.told

    def greet(self, **restarts: int) -> list[Event]:
        """Let dhcp say hello after so many restarts; gives what was told until then."""
        self.rows = [{"name": name, "restarts": count, "last_end": "exit 1"} for name, count in restarts.items()]
        main._Main._note_restarts(cast(main._Main, self))
        asyncio.run(self._done())
        return self.told


def test_another_server_is_looked_for_again_and_again_on_every_ethernet(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, frozenset[str]]] = []

    async def find(interface: str, own: set[str]) -> list[Foreign]:
        asked.append((interface, frozenset(own)))
        if interface == "wg0":
            raise CannotLook("it is no Ethernet")
        return [Foreign("10.0.0.66", interface)] if interface == "eth0" else []

    monkeypatch.setattr(main, "find_foreign", find)
    monkeypatch.setattr(main, "FOREIGN_EVERY", 0.0)
    around = Around(("lo", "wg0", "eth0", "eth1"))
    around.look(rounds=3)

    assert [name for name, _ in asked][:6] == ["wg0", "eth0", "eth1"] * 2
    assert {own for _, own in asked} == {frozenset({"10.0.0.2", "10.1.0.2", "10.1.0.3"})}
    assert [(event.reason, event.address) for event in around.told][:3] == [("foreign-server", "10.0.0.66")] * 3
    assert around.told[0].detail == {"server": "10.0.0.66", "interface": "eth0"}


def test_another_server_is_looked_for_each_hour() -> None:
    assert main.FOREIGN_EVERY == 3600


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


def test_a_process_that_was_started_again_is_told_once() -> None:
    around = Around()
    assert around.greet(dhcp=2, main=0) == []
    (event,) = around.greet(dhcp=3, main=0)
    assert (event.reason, event.detail) == ("process-restarted", {"process": "dhcp", "why": "exit 1"})
    assert len(around.greet(dhcp=3, main=0)) == 1


def test_it_beats_until_nobody_hears_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "BEAT", 0.0)
    reader, writer = os.pipe()

    async def whole() -> None:
        stopping = asyncio.Event()
        beating = asyncio.create_task(main._beat(writer, stopping))
        heard = b""
        while len(heard) < 3:
            await asyncio.sleep(0)
            heard += os.read(reader, 1)
        assert not stopping.is_set()
        os.close(reader)
        await asyncio.wait_for(beating, 10)
        assert stopping.is_set()

    asyncio.run(whole())
    os.close(writer)
