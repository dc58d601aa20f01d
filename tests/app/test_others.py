"""The look-out for other DHCP servers goes on as long as the daemon, on every interface but the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ringboot.app.others import OtherServers
from ringboot.desk.core import Core
from ringboot.desk.others import Others
from ringboot.model.event import Event
from ringboot.servers.foreign import CannotLook, Foreign
from ringboot.setup.settings import Dhcp, Network, Settings


def core(events: list[Event], **more: Any) -> Core:
    dhcp = Settings(dhcp=Dhcp(interfaces=("lo", "eth0", "eth1"), **more))
    made = SimpleNamespace(
        settings=dhcp, began_with=dhcp, others=Others(), utc=lambda: 5.0, note=events.append,
        addresses=lambda: {"eth0": ("10.0.0.1",), "eth1": ("10.1.0.1",)},
    )  # fmt: skip
    return cast(Core, made)


def test_it_asks_again_and_again_on_every_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, float]] = []
    events: list[Event] = []

    async def watch(interface: str, seconds: float, found: Callable[[Foreign], None]) -> None:
        asked.append((interface, seconds))
        found(Foreign("10.0.0.9", interface))
        found(Foreign("10.1.0.1", interface))  # our own, on another interface
        await asyncio.sleep(0)

    async def run() -> None:
        task = asyncio.create_task(OtherServers(core(events, detect_servers="20s")).run())
        while len(asked) < 6:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    monkeypatch.setattr("ringboot.app.others.watch", watch)
    asyncio.run(asyncio.wait_for(run(), 20))

    assert set(asked) == {("eth0", 20.0), ("eth1", 20.0)}
    assert [event.detail for event in events] == [
        {"server": "10.0.0.9", "interface": "eth0"}, {"server": "10.0.0.9", "interface": "eth1"},
    ]  # fmt: skip


def test_where_a_network_says_proxy_another_server_is_there_on_purpose() -> None:
    events: list[Event] = []
    lan = Network(subnet="10.0.0.0/24", proxy=True)  # type: ignore[arg-type]  # the text, as in the file
    there = OtherServers(core(events, network=(lan,)))
    for interface in ("eth0", "eth1"):
        there.met(Foreign("10.0.0.9", interface))
    assert [event.detail["interface"] for event in events] == ["eth1"]


@pytest.mark.parametrize("off", [True, False])
def test_it_asks_nobody_when_it_is_off_and_says_once_when_it_cannot(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], off: bool
) -> None:
    asked: list[str] = []
    naps: list[float] = []
    nap = asyncio.sleep

    async def watch(interface: str, *_: object) -> None:
        asked.append(interface)
        raise CannotLook(f"no right on {interface}")

    async def sleep(seconds: float) -> None:
        naps.append(seconds)
        await nap(0)

    async def run() -> None:
        task = asyncio.create_task(OtherServers(core([], detect_servers=False if off else "20s")).run())
        while len(naps) < 6:
            await nap(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    monkeypatch.setattr("ringboot.app.others.watch", watch)
    monkeypatch.setattr("ringboot.app.others.asyncio.sleep", sleep)
    asyncio.run(run())

    assert bool(asked) is not off
    out = "".join(capfd.readouterr())
    assert out.count("no right on eth0") <= 1
