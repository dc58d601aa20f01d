"""A tenant process: asked and answered, killed at its deadline, dead in mid-request, never coming up, counted."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ringboot.host.guest import Limits
from ringboot.host.tenant import Tenant, TenantFailed

ODD_TENANT = """
import os, resource, sys, time
from ringboot.host import guest

def answer(request):
    what, _, rest = request.decode().partition(" ")
    if what == "echo":
        return rest.encode()
    if what == "pid":
        return str(os.getpid()).encode()
    if what == "limits":
        return f"{resource.getrlimit(resource.RLIMIT_AS)[0]} {os.nice(0)}".encode()
    if what == "modules":
        return " ".join(sorted(sys.modules)).encode()
    if what == "environment":
        return " ".join(sorted(os.environ)).encode()
    if what == "big":
        return b"x" * int(rest)
    if what == "memory":
        return bytes(int(rest))
    if what == "loop":
        while True:
            pass
    if what == "raise":
        raise ValueError("what a mess")
    if what == "exit":
        os._exit(int(rest))

sys.exit(guest.serve(answer))
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "odd_tenant.py").write_text(ODD_TENANT)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "odd_tenant"


@asynccontextmanager
async def running(module: str, limits: Limits | None = None) -> AsyncIterator[Tenant]:
    tenant = Tenant("odd", module, limits)
    try:
        yield tenant
    finally:
        await tenant.close()


def talk(module: str, conversation: Callable[[Tenant], object], limits: Limits | None = None) -> None:
    async def whole() -> None:
        async with running(module, limits) as tenant:
            await conversation(tenant)  # type: ignore[misc]  # every conversation here is a coroutine function

    asyncio.run(whole())


async def ask(tenant: Tenant, text: str) -> str:
    return (await tenant.request(text.encode())).decode()


def test_it_answers_and_goes_when_asked_to(module: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        assert await ask(tenant, "echo hello") == "hello"
        assert len(await ask(tenant, "big 3000000")) == 3_000_000
        assert tenant.statistics.starts == 1
        assert tenant.statistics.requests == 2
        await tenant.close()
        assert tenant.pid is None

    talk(module, conversation)


def test_it_lives_within_its_limits(module: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        assert await ask(tenant, "limits") == f"{256 << 20} {os.nice(0) + 7}"
        assert "RINGBOOT_TENANT" not in (await ask(tenant, "environment")).split()

    os.environ["RINGBOOT_PRIVATE"] = "x"
    try:
        talk(module, conversation, Limits(memory=256 << 20, niceness=7))
    finally:
        del os.environ["RINGBOOT_PRIVATE"]
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_too_much_memory_costs_one_request(module: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        with pytest.raises(TenantFailed, match="too much memory"):
            await ask(tenant, f"memory {1 << 30}")
        assert await ask(tenant, "echo still here") == "still here"
        assert tenant.statistics.starts == 1
        assert tenant.statistics.failures == 1

    talk(module, conversation)


def test_an_endless_request_is_killed_at_its_deadline(module: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        with pytest.raises(TenantFailed, match=r"it took longer than 0\.2 s"):
            await ask(tenant, "loop")
        assert tenant.pid is None
        assert await ask(tenant, "echo again") == "again"
        assert tenant.statistics.starts == 2

    talk(module, conversation, Limits(seconds=0.2))


@pytest.mark.parametrize(
    ("request_", "why"),
    [("exit 3", r"its process ended \(exit code 3\)"), ("raise", r"exit code 1: ValueError: what a mess")],
)
def test_a_process_that_dies_costs_one_request(module: str, request_: str, why: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        with pytest.raises(TenantFailed, match=why):
            await ask(tenant, request_)
        assert await ask(tenant, "echo again") == "again"

    talk(module, conversation)


def test_a_process_killed_between_requests_is_started_again(module: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        first = int(await ask(tenant, "pid"))
        os.kill(first, 9)
        assert await again(tenant) != first

    async def again(tenant: Tenant) -> int:
        try:
            return int(await ask(tenant, "pid"))
        except TenantFailed:  # its death was not yet known
            return int(await ask(tenant, "pid"))

    talk(module, conversation)


def test_a_request_that_nobody_waits_for_any_more_is_broken_off(module: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        assert await ask(tenant, "echo up") == "up"
        endless = asyncio.create_task(tenant.request(b"loop"))
        await asyncio.sleep(0)
        endless.cancel()
        with pytest.raises(asyncio.CancelledError):
            await endless
        assert await ask(tenant, "echo free") == "free"

    talk(module, conversation)


def test_a_module_that_does_not_exist_says_so_each_time(module: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        for _ in range(2):
            with pytest.raises(TenantFailed, match=r"it does not start: .*No module named no_such_tenant"):
                await ask(tenant, "echo hello")
        assert tenant.statistics.requests == 0

    talk("no_such_tenant", conversation)


def test_requests_take_turns(module: str) -> None:
    async def conversation(tenant: Tenant) -> None:
        answers = await asyncio.gather(*(ask(tenant, f"echo {number}") for number in range(20)))
        assert answers == [str(number) for number in range(20)]
        assert tenant.statistics.starts == 1

    talk(module, conversation)


def test_it_goes_when_the_daemon_dies(module: str, tmp_path: Path) -> None:
    """A daemon that is killed leaves nobody behind: the guest reads the end of its socket."""
    script = f"""
import asyncio, os
from ringboot.host.tenant import Tenant
async def main():
    tenant = Tenant("odd", {module!r})
    print((await tenant.request(b"pid")).decode(), flush=True)
    os._exit(0)
asyncio.run(main())
"""

    def gone(guest: int) -> bool:
        try:
            return Path(f"/proc/{guest}/stat").read_text().split()[2] == "Z"
        except FileNotFoundError:
            return True

    async def run() -> None:
        daemon = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
        out, _ = await daemon.communicate()
        for _ in range(400):
            if gone(int(out)):
                return
            await asyncio.sleep(0.02)
        pytest.fail("the guest outlived its daemon")

    asyncio.run(run())
