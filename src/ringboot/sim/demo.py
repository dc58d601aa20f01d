"""The demo: eight phones of all brands come up, one gets a line; an unknown one and a stranger get less."""

from __future__ import annotations

import asyncio
import json as json_module
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from ringboot.model.address import mac_text
from ringboot.sim.fleet import make_fleet
from ringboot.sim.phone import Habit, Phone, Step
from ringboot.sim.stage import RELAY, Stage, StageFailed

PHONES = 8
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
        phones = make_fleet(PHONES, RELAY, server, self.stage.tftp)
        await asyncio.gather(*(self._comes_up(phone) for phone in phones))
        await self._gets_a_line(phones[0])
        await self._unknown(server)
        await self._stranger(phones[0], server)
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

    async def _comes_up(self, phone: Phone) -> None:
        act = self._act(phone.label, phone)
        act.good = await self._through(act, phone) == "done"
        act.said = "has its configuration" if act.good else act.steps[-1].detail
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


def table_of(demo: Demo) -> Table:
    """Show every act with its steps so far."""
    table = Table(title="Ringboot demo", title_justify="left", expand=False)
    for name in ("", "who", "MAC", "its way"):
        table.add_column(name, overflow="fold")
    for act in demo.acts:
        mark = {None: "…", True: "[green]✓[/green]", False: "[red]✗[/red]"}[act.good]
        way = ", ".join(f"{_MARKS[step.what]} {step.detail}".strip() for step in act.steps)
        table.add_row(mark, act.title, act.mac, f"{way}\n[dim]{act.said}[/dim]" if act.said else way)
    return table


def run(*, keep: bool = False, json: bool = False) -> int:
    """Play the demo and show it; 0 when every act ended as it should, else 1."""
    console = Console(stderr=json)
    stage = Stage()
    demo = Demo(stage)
    began = time.monotonic()
    live: Any = Live(table_of(demo), console=console, refresh_per_second=8) if console.is_terminal else None
    screen: AbstractContextManager[Any] = live if live is not None else nullcontext()
    if live is not None:
        demo.changed = lambda: live.update(table_of(demo))
    good = False
    try:
        with screen:
            good = asyncio.run(_played(demo, keep=keep))
    except StageFailed as error:
        console.print(f"The demo could not be played: {error}", style="red", markup=False)
    if live is None:
        console.print(table_of(demo))
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
