"""The demo: phones of all brands and firmware ages come up, one gets a line; an unknown one and a stranger get less."""

from __future__ import annotations

import asyncio
import json as json_module
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ringboot.model.address import mac_text
from ringboot.sim.ages import Aged, of_all_ages
from ringboot.sim.phone import Habit, Phone, Step
from ringboot.sim.stage import RELAY, Stage, StageFailed

PHONES = 24
AT_ONCE = 4  # each may bring a plugin that has to be unpacked first, and a phone waits ten seconds for a file
LINE = "demo-line"
NUMBER = "1042"
_MARKS = {
    "address": "got",
    "file": "read",
    "missing": "does without",
    "failed": "[red]stopped:[/red]",
    "done": "[green]up[/green]",
}


@dataclass(slots=True)
class Act:
    """One thing that the demo shows, how it ended, and whether it ended as it should."""

    title: str
    mac: str
    steps: list[Step] = field(default_factory=list)
    good: bool | None = None
    said: str = ""
    firmware: str | None = None  # of a phone that comes up: which it has,
    told: bool | None = None  # whether it says so,
    age: str | None = None  # and how old that is beside what the catalog knows: old | present | newer
    chosen_for: str | None = None  # what its plugin is written for: firmware | model


class Demo:
    """Plays the acts on a stage; `changed` is called after each step."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.acts: list[Act] = []
        self.changed: Callable[[], None] = lambda: None

    async def play(self) -> bool:
        """Play all; True when each act ended as it should."""
        await self.stage.open()
        server = ("127.0.0.1", self.stage.dhcp)
        fleet = of_all_ages(PHONES, RELAY, server, self.stage.tftp)
        acts = [self._arrival(aged) for aged in fleet]
        room = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._comes_up(act, aged.phone, room) for act, aged in zip(acts, fleet, strict=True)))
        await self._are_recognised(acts, fleet)
        await self._gets_a_line(fleet[0].phone)
        await self._unknown(server)
        await self._stranger(fleet[0].phone, server)
        return all(act.good for act in self.acts)

    def _act(self, title: str, phone: Phone) -> Act:
        act = Act(title, mac_text(phone.mac))
        self.acts.append(act)
        return act

    async def _through(self, act: Act, phone: Phone, *, again: bool = False) -> str:
        """Let a phone go its way; gives what the last step was."""
        async for step in phone.read_files() if again else phone.boot():
            act.steps.append(step)
            self.changed()
        return act.steps[-1].what if act.steps else "failed"

    def _arrival(self, aged: Aged) -> Act:
        act = self._act(aged.phone.label, aged.phone)
        act.firmware, act.told, act.age = aged.phone.version, aged.tells, aged.age
        return act

    async def _comes_up(self, act: Act, phone: Phone, room: asyncio.Semaphore) -> None:
        async with room:
            if await self._through(act, phone) != "done":
                act.good, act.said = False, act.steps[-1].detail
        self.changed()

    async def _are_recognised(self, acts: list[Act], fleet: list[Aged]) -> None:
        """See who each phone is to the daemon, and why it was given its plugin."""
        listed = await self.stage.command("device", "list", "--limit", str(PHONES))
        devices = {row["mac"]: row for row in listed["items"]}
        for act, aged in zip(acts, fleet, strict=True):
            if act.good is not None:
                continue
            row, expected = devices.get(act.mac, {}), aged.expected
            told = (row.get("vendor"), row.get("model"), row.get("version"), row.get("association"))
            phone = aged.phone
            version = phone.version if aged.tells else None
            act.good = told == (phone.brand, phone.model, version, expected and expected.why)
            act.chosen_for = aged.fits if act.good else None
            act.said = row.get("association") or f"nobody knows it: {row}"
        self.changed()

    async def _gets_a_line(self, phone: Phone) -> None:
        act = self._act(f"{phone.label} is assigned {NUMBER}", phone)
        account = [f"sip_lines.1.{key}={value}" for key, value in _account().items()]
        await self.stage.command("config", "add", LINE, "--parent", "base", "--parent", "defaultconfigdevice", *account)
        await self.stage.command("device", "set", act.mac, "--use-config", LINE)
        ended = await self._through(act, phone, again=True)
        bodies = [fetched.body for fetched in phone.files.values() if fetched.body]
        act.good = ended == "done" and any(NUMBER.encode() in body for body in bodies)
        act.said = "fetched its new configuration" if act.good else "did not get its line"
        self.changed()

    async def _unknown(self, server: tuple[str, int]) -> None:
        habit = Habit(
            {"60": "Acme-{model}"}, "Acme/{version}", (), ("{mac}.cfg",), f"http://127.0.0.1:{self.stage.http}"
        )
        phone = Phone(b"\x02\x00\x5e\x00\x00\x01", "Acme", "One", "1.0", habit, RELAY, server)
        act = self._act("a vendor that nobody knows", phone)
        await self._through(act, phone)
        act.good = [step.what for step in act.steps] == ["address", "failed"] and act.steps[-1].detail.endswith(": 404")
        told = await self.stage.command("explain", "--mac", act.mac)
        act.said = f"has an address and no files: {told['boot']['text']}"
        self.changed()

    async def _stranger(self, victim: Phone, server: tuple[str, int]) -> None:
        """A machine with an address of its own asks for another phone's file, in that phone's name."""
        habit = Habit({}, _filled(victim), (), (victim.habit.asks[-1],), _base(victim))
        phone = Phone(b"\x02\x00\x5e\x00\x00\x66", "", "", "", habit, RELAY, server, self.stage.tftp, spoof=victim.mac)
        act = self._act(f"a stranger who asks for {victim.label}'s file", phone)
        await self._through(act, phone)
        act.good = act.steps[-1].what == "failed" and all(fetched.body is None for fetched in phone.files.values())
        told = await self.stage.command("explain", "--mac", act.mac)
        act.said = told["boot"]["text"]
        self.changed()


def _account() -> dict[str, str]:
    return {
        "number": NUMBER, "username": f"u{NUMBER}", "password": "demo-only", "display_name": "Reception",
        "proxy_ip": "127.0.0.1",
    }  # fmt: skip


def _filled(phone: Phone) -> str:
    return phone.filled(phone.habit.agent)


def _base(phone: Phone) -> str:
    url = next(iter(phone.files.values())).url
    return url.rpartition("/")[0]


def screen_of(demo: Demo) -> RenderableType:
    """Show the phones that come up a line each, and what comes after that with each step."""
    phones = [act for act in demo.acts if act.age is not None]
    table = Table(title="Ringboot demo", title_justify="left", box=None, header_style="bold", pad_edge=False)
    for name in ("", "PHONE", "FIRMWARE", "AGE", "ADDRESS", "FILES", "PLUGIN FOR"):
        table.add_column(name, overflow="fold", justify="right" if name == "FILES" else "left")
    for act in phones:
        got = [step for step in act.steps if step.what == "file"]
        address = next((step.detail for step in act.steps if step.what == "address"), "")
        last = f"this {act.chosen_for}" if act.chosen_for else f"[red]{act.said}[/red]"
        firmware = act.firmware if act.told else f"{act.firmware} (untold)"
        table.add_row(_mark(act), act.title, firmware, act.age, address, str(len(got) or ""), last)
    others = (_course(act) for act in demo.acts if act.age is None)
    return Group(table, *others)


def _mark(act: Act) -> str:
    return {None: "…", True: "[green]✓[/green]", False: "[red]✗[/red]"}[act.good]


def _course(act: Act) -> Text:
    way = ", ".join(f"{_MARKS[step.what]} {step.detail}".strip() for step in act.steps)
    return Text.from_markup(f"{_mark(act)} {act.title}: {way}" + (f"\n  [dim]{act.said}[/dim]" if act.said else ""))


def run(*, keep: bool = False, json: bool = False) -> int:
    """Play the demo and show it; 0 when every act ended as it should, else 1."""
    console = Console(stderr=json)
    stage = Stage()
    demo = Demo(stage)
    began = time.monotonic()
    live: Any = Live(screen_of(demo), console=console, refresh_per_second=8) if console.is_terminal else None
    screen: AbstractContextManager[Any] = live if live is not None else nullcontext()
    if live is not None:
        demo.changed = lambda: live.update(screen_of(demo))
    good = False
    try:
        with screen:
            good = asyncio.run(_played(demo, keep=keep))
    except StageFailed as error:
        console.print(f"The demo could not be played: {error}", style="red", markup=False)
    if live is None:
        console.print(screen_of(demo))
    seconds = time.monotonic() - began
    ended = sum(bool(act.good) for act in demo.acts)
    verdict = f"{ended} of {len(demo.acts)} ended as they should, in {seconds:.1f} s."
    if json:
        rows = [{**asdict(act), "steps": [step._asdict() for step in act.steps]} for act in demo.acts]
        told = {
            "passed": good,
            "seconds": round(seconds, 1),
            "acts": rows,
            "config": str(stage.config) if keep else None,
            "pid": stage.let_go() if keep else None,
        }
        print(json_module.dumps(told, indent=2))
    else:
        console.print(verdict, style="green" if good else "red")
        if keep and good:
            console.print(f"The daemon runs on (process {stage.let_go()}). Look around, then end it with kill:")
            console.print(f"  ringboot device list --config {stage.config}", markup=False)
    return 0 if good else 1


async def _played(demo: Demo, *, keep: bool) -> bool:
    good = False
    try:
        good = await demo.play()
    finally:
        if not (keep and good):
            await demo.stage.close()
    return good
