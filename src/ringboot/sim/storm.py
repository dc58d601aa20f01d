"""A boot storm: phones that are switched on within some seconds, each trying until it has its files or gives up."""

from __future__ import annotations

import asyncio
import random
import resource
from dataclasses import dataclass, field
from typing import NamedTuple

from ringboot.dhcp import options as option_table
from ringboot.model.address import ip_number, ip_text
from ringboot.sim.ear import Ear
from ringboot.sim.fleet import make_fleet, told_by_plugin
from ringboot.sim.leasing import WAITS, Leased
from ringboot.sim.phone import Phone, Step
from ringboot.sim.target import Target

MOST_PHONES = 10_000
START_OVER = 1.0  # seconds after which a phone starts over; twice as long each time
LONGEST_WAIT = 30.0
FILES_EACH = 2  # descriptors that a phone may hold at once


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated; everything that looks like chance follows from the seed."""

    target: Target
    phones: int = 20
    brands: tuple[str, ...] = ()  # all that the catalog has when empty
    first: str = ""  # an address: no DHCP, the first phone asks from here and the next from the address after it
    seconds: float = 10.0  # within which all are switched on
    seed: int = 1
    retries: int = 3
    again: int = 0  # how often a phone reads its files again
    stay: float = 0.0  # seconds for which it then listens, and reads its files again after a NOTIFY
    sip: int = 5060  # the port on which it listens
    limit: float = 300.0  # seconds after which what is not done has failed
    waits: tuple[float, ...] = WAITS  # before a DHCP message is sent again
    start_over: float = START_OVER


class Mark(NamedTuple):
    """A step of a phone, and when: seconds after it was switched on."""

    at: float
    what: str  # as in Step, and `again`: it starts over
    detail: str


@dataclass(slots=True)
class Course:
    """One phone's course through the storm."""

    phone: Phone
    on: float  # when it is switched on, seconds after the beginning
    marks: list[Mark] = field(default_factory=list)
    tries: int = 0
    seconds: float | None = None  # from being switched on to having all its files; None: it never had
    problem: str = ""  # why it failed; MACs and addresses left out, so that equal faults are equal
    reads: int = 0  # of its files, after the boot
    changed: int = 0  # reads that brought other bytes than the read before
    notified: int = 0  # NOTIFYs that made it read

    @property
    def is_over(self) -> bool:
        """Say whether it has all that it wanted, or gave up."""
        return bool(self.problem) or self.seconds is not None


class Storm:
    """Runs a plan; `courses` tell how far it is."""

    def __init__(self, plan: Plan) -> None:
        """UnknownBrand."""
        self.plan = plan
        chance = random.Random(plan.seed)
        target = plan.target
        fleet = make_fleet(
            plan.phones, target.relay, (target.server, target.dhcp), target.tftp, brands=plan.brands, seed=plan.seed
        )
        self.courses = [Course(phone, chance.uniform(0, plan.seconds)) for phone in fleet]
        self.seconds = 0.0
        for place, course in enumerate(self.courses):
            course.phone.waits = plan.waits
            if plan.first:
                _settle(course.phone, plan, place)

    async def run(self) -> None:
        """Let all phones go; what is not over when the plan's time is up has failed."""
        _allow_files(FILES_EACH * len(self.courses))
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self.plan.limit), asyncio.TaskGroup() as tasks:
                for course in self.courses:
                    tasks.create_task(self._go(course, began + course.on))
        except TimeoutError:
            for course in self.courses:
                if not course.is_over:
                    course.problem = f"not done within {self.plan.limit:g} s"
        self.seconds = loop.time() - began

    async def _go(self, course: Course, on: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(on - loop.time())
        on = loop.time()  # a loop that has much to do comes late; that is not the server's time
        wait = self.plan.start_over
        step = Step("failed", "")
        for course.tries in range(1, self.plan.retries + 2):
            if course.tries > 1:
                await asyncio.sleep(min(wait, LONGEST_WAIT))
                wait *= 2
                course.marks.append(Mark(loop.time() - on, "again", f"try {course.tries}"))
            step = await self._through(course, on, boot=not self.plan.first)
            if step.what == "done":
                break
        if step.what != "done":
            course.problem = _general(step.detail, course.phone)
        else:
            took = loop.time() - on
            await self._read_again(course, on, self.plan.again)
            course.seconds = None if course.problem else took
            if self.plan.stay and course.phone.habit.event and not course.problem:
                await self._listen(course, on)
                course.seconds = None if course.problem else took

    async def _through(self, course: Course, on: float, *, boot: bool) -> Step:
        loop = asyncio.get_running_loop()
        step = Step("failed", "nothing happened")
        async for step in course.phone.boot() if boot else course.phone.read_files():
            course.marks.append(Mark(loop.time() - on, step.what, step.detail))
        return step

    async def _listen(self, course: Course, on: float) -> None:
        """Stay on the SIP port for a while; NOTIFYs that come while it reads are one more reason to read."""
        loop, phone, heard = asyncio.get_running_loop(), course.phone, asyncio.Event()

        def hear() -> None:
            course.notified += 1
            heard.set()

        here = (phone.lease.address if phone.lease else "", self.plan.sip)
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: Ear(phone.habit.event, hear), local_addr=here)
        except OSError as error:
            course.problem = f"it cannot listen for SIP on port {self.plan.sip}: {str(error.strerror).lower()}"
            return
        try:
            async with asyncio.timeout(self.plan.stay):
                while not course.problem:
                    await heard.wait()
                    heard.clear()
                    await self._read_again(course, on, 1)
        except TimeoutError:
            return  # it has stayed long enough
        finally:
            transport.close()

    async def _read_again(self, course: Course, on: float, times: int) -> None:
        phone = course.phone
        for _ in range(times):
            before = {name: fetched.body for name, fetched in phone.files.items()}
            step = await self._through(course, on, boot=False)
            course.reads += 1
            if step.what != "done":
                course.problem = f"reading again: {_general(step.detail, phone)}"
                return
            course.changed += before != {name: fetched.body for name, fetched in phone.files.items()}


def _settle(phone: Phone, plan: Plan, place: int) -> None:
    """Give a phone an address and the options that its plugin wants, as a DHCP server elsewhere would."""
    target = plan.target
    told = option_table.build(dict(told_by_plugin(phone, target.server, target.http)))
    phone.lease = Leased(ip_text(ip_number(plan.first) + place), target.server, 0, told)


def _general(detail: str, phone: Phone) -> str:
    mac = phone.mac.hex()
    detail = detail.replace(mac.upper(), "{MAC}").replace(mac, "{mac}")
    return detail.replace(phone.lease.address, "its address") if phone.lease is not None else detail


def _allow_files(wanted: int) -> None:
    """Ask for as many open files as the phones may need; the kernel's hard limit holds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted += 200
    if soft < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )
