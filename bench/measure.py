"""One point: a fresh server, the load generator beside it, what both did and what it cost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.contenders import Contender
from bench.wire import CLIENT_ADDRESS, SERVER_ADDRESS, Wire
from ringboot.desk.daemon import is_compiled
from ringboot.servers.dhcp.priority import hurry

TICKS = os.sysconf("SC_CLK_TCK")
START_CEILING = 30.0
PHONES = ("-i", "-v", "AastraIPPhone6739i", "-o", "00085d")


class Unable(Exception):
    """The bench cannot run here; says why."""


@dataclass(frozen=True, slots=True)
class Point:
    """What is measured: a mode of the load generator, with its arguments."""

    name: str
    arguments: tuple[str, ...]
    rounds: int = 1  # the median counts


def points(seconds: float, rounds: int) -> tuple[Point, ...]:
    """Give the points of a run."""
    timed = (*PHONES, "-t", f"{seconds:g}")
    return (
        Point("DORA, in order", ("-m", "dora", *timed), rounds),
        Point("DORA, random order", ("-m", "dora", "-r", *timed), rounds),
        Point("DISCOVER, in order", ("-m", "discover", *timed)),
        Point("DISCOVER, random order", ("-m", "discover", "-r", *timed)),
        Point("RENEW, in order", ("-m", "renew", *timed)),
        Point("RENEW, random order", ("-m", "renew", "-r", *timed)),
    )


MEMORY = Point("memory at 50,000 leases", ("-m", "renew", "-n", "50000", "-r", *PHONES, "-t", "1"))


def build_load(folder: Path, name: str = "load") -> Path:
    """Compile a load generator."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Unable("no C compiler: apt install gcc")
    program = folder / name
    subprocess.run([compiler, "-O2", "-o", str(program), str(Path(__file__).with_name(f"{name}.c"))], check=True)
    return program


def measure(wire: Wire, load: Path, contender: Contender, point: Point) -> dict[str, Any]:
    """Run one point against a server that has just started with nothing."""
    with running(wire, contender) as (server, _):
        before, began = _busy(), time.monotonic()
        own, clients = used(server.pid), _used_by_ended()
        result = drive(wire, load, point.arguments)
        took = time.monotonic() - began
        ours = used(server.pid) - own
        clients = _used_by_ended() - clients
        if server.poll() is not None:
            raise Unable(f"{contender.name} ended by itself during {point.name}")
        result["server_cpu"] = round(ours / took, 2)
        result["others_cpu"] = round(max(0.0, _busy() - before - ours - clients) / took, 2)
        result["rss_mib"] = memory(server, contender)
    return {"server": contender.name, "point": point.name, **result}


def drive(wire: Wire, load: Path, arguments: tuple[str, ...]) -> dict[str, Any]:
    """Run the load generator once."""
    return driven(begin(wire, load, arguments))


def begin(wire: Wire, load: Path, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
    """Start the load generator before everything else: clients do not wait for a processor of the server's."""
    command = wire.inside(wire.client, [str(load), "-d", SERVER_ADDRESS, "-g", CLIENT_ADDRESS, *arguments])
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=hurry,  # noqa: PLW1509  the bench has one thread
    )  # fmt: skip


def fed(wire: Wire, command: list[str], lines: str) -> subprocess.Popen[str]:
    """Start a generator on the client's side, which reads these lines."""
    program = subprocess.Popen(
        wire.inside(wire.client, command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert program.stdin is not None
    program.stdin.write(lines)
    program.stdin.close()
    program.stdin = None  # all of it is said
    return program


def driven(generator: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for the load generator to end, and give what it reports."""
    output, errors = generator.communicate(timeout=900)
    if generator.returncode:
        raise Unable(f"the load generator: {errors.strip()}")
    result: dict[str, Any] = json.loads(output)
    return result


def asks_dhcp(ceiling: float) -> list[str]:
    """Give the command that asks by DHCP until somebody answers."""
    script = str(Path(__file__).with_name("probe.py"))
    return [sys.executable, script, CLIENT_ADDRESS, SERVER_ADDRESS, str(ceiling)]


@contextmanager
def running(
    wire: Wire, contender: Contender, probe: list[str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Start a server in an empty folder, wait until the probe succeeds (by DHCP when none is named), and end it."""
    with tempfile.TemporaryDirectory(prefix="ringboot-bench-", ignore_cleanup_errors=True) as folder:
        state = Path(folder)
        environment = contender.prepare(state)
        with standing(wire, contender, state, environment, probe) as server:
            yield server, state


@contextmanager
def standing(
    wire: Wire, contender: Contender, state: Path, environment: dict[str, str], probe: list[str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a server in a folder that has been prepared, wait until it answers, and end it."""
    log = (state / "output.log").open("wb")
    try:
        command = wire.inside(wire.server, contender.arguments(state))
        server = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=log, stderr=log, start_new_session=True
        )
        try:
            asking = wire.inside(wire.client, probe or asks_dhcp(START_CEILING))
            ready = subprocess.run(asking, stdout=subprocess.DEVNULL, check=False)
            if ready.returncode or server.poll() is not None:
                raise Unable(f"{contender.name} does not answer:\n{(state / 'output.log').read_text()[-2000:]}")
            _until_all_stand(contender, state)
            yield server
        finally:
            _end(server)
    finally:
        log.close()


def _until_all_stand(contender: Contender, state: Path) -> None:
    """Wait until what starts beside the part that answers leaves the processors alone."""
    end = time.monotonic() + START_CEILING
    while contender.stands not in (state / "output.log").read_text():
        if time.monotonic() > end:
            raise Unable(f"{contender.name} does not say {contender.stands!r}")
        time.sleep(0.05)


def _end(server: subprocess.Popen[bytes]) -> None:
    family = _family(server.pid)
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        for pid in family:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        server.wait()


def _family(pid: int) -> list[int]:
    """Give a process and its descendants."""
    found = [pid]
    for each in found:
        try:
            for task in os.listdir(f"/proc/{each}/task"):
                found += map(int, Path(f"/proc/{each}/task/{task}/children").read_text().split())
        except OSError:
            continue
    return found


def used(pid: int, *, alone: bool = False) -> float:
    """Give the processor seconds of a process and its descendants, or of it `alone`."""
    total = 0
    for each in [pid] if alone else _family(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _used_by_ended() -> float:
    """Give the processor seconds of the children that have ended, such as the load generator."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _busy() -> float:
    """Give the processor seconds of the whole machine."""
    user, nice, system = map(int, Path("/proc/stat").read_text().split()[1:4])
    return (user + nice + system) / TICKS


def memory(server: subprocess.Popen[bytes], contender: Contender) -> float:
    """Give the resident memory in MiB of a server, or of those of its processes that count."""
    pages = 0
    for each in _family(server.pid):
        try:
            line = Path(f"/proc/{each}/cmdline").read_text().replace("\0", " ")
            if contender.process in line:
                pages += int(Path(f"/proc/{each}/statm").read_text().split()[1])
        except OSError:
            continue
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1048576, 1)


def machine() -> str:
    """Name the machine by what matters."""
    way = "compiled" if is_compiled() else "as Python"
    return f"{os.cpu_count()} cores, Linux {os.uname().release}, Python {sys.version.split()[0]}, Ringboot {way}"
