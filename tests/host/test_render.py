"""The render workers: files stand when the answer comes, old results are dropped, a bad template costs only its job."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ringboot.host.guest import Limits
from ringboot.host.render import TOGETHER, RenderPool
from ringboot.model import codec
from ringboot.plugins import staging
from ringboot.plugins.job import (
    Outcome,
    Outdated,
    Rendered,
    RenderFailed,
    RenderJob,
    ServerFacts,
    Task,
    TemplateFault,
    Work,
    encode_work,
    written,
)

MANIFEST = """
name = "acme"
title = "Acme"
version = "1.0"
format = "ini"
[device.files]
"Acme/{mac}.cfg" = ""
[common.files]
"Acme/all.cfg" = "all"
"""
PATH = "Acme/00085d2eecfb.cfg"
CEILING = 30.0  # seconds that a test waits for what is sure to come
SERVER = ServerFacts("10.0.0.2", "http://10.0.0.2:8667", "10.0.0.2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    plugin = tmp_path / "acme"
    for name in ("templates", "var/templates", "var/tftpboot"):
        (plugin / name).mkdir(parents=True)
    (plugin / "plugin.toml").write_text(MANIFEST)
    (plugin / "templates" / "base.tpl").write_text("admin: {{ admin_password }}\n")
    (plugin / "templates" / "all.tpl").write_text("ntp: {{ ntp_ip }}\n")
    return plugin


def job(folder: Path, revision: int = 1, device: str | None = "one", **raw: Any) -> RenderJob:
    about = {"id": device, "mac": "00:08:5d:2e:ec:fb", "model": "A1"} if device else None
    return RenderJob(revision, str(folder), raw, SERVER, about)


Conversation = Callable[[RenderPool], Awaitable[None]]
Hold = Callable[[Conversation], None]


@pytest.fixture(scope="module")
def with_one_pool() -> Iterator[Hold]:
    """Hold a conversation with a pool that several tests share: a worker takes half a second to start."""
    with asyncio.Runner() as runner:

        async def hold(conversation: Conversation) -> None:
            await conversation(pool)

        pool = RenderPool(1)
        yield lambda conversation: runner.run(hold(conversation))
        runner.run(pool.close())


def with_pool(conversation: Conversation, size: int = 1, **limits: Any) -> None:
    async def whole() -> None:
        pool = RenderPool(size, Limits(**limits))
        try:
            await conversation(pool)
        finally:
            await pool.close()

    asyncio.run(whole())


def served(folder: Path) -> dict[str, str]:
    root = folder / "var" / "tftpboot"
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*")) if path.is_file()}


def nothing_left_over(folder: Path) -> bool:
    new = folder / "var" / "new"
    return not new.exists() or not list(new.iterdir())


def rendered(outcome: Outcome) -> Rendered:
    assert isinstance(outcome, Rendered), outcome
    return outcome


def test_the_files_stand_when_the_answer_comes(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        await pool.start()
        (file,) = rendered(await pool.render(job(folder, admin_password="first"))).files
        assert (file.path, file.secret, file.template, file.changed) == (PATH, True, "templates/base.tpl", True)
        assert served(folder) == {PATH: "admin: first\n"}
        (file,) = rendered(await pool.render(job(folder, device=None, ntp_ip="10.0.0.1"))).files
        assert (file.path, file.secret) == ("Acme/all.cfg", False)
        assert served(folder) == {PATH: "admin: first\n", "Acme/all.cfg": "ntp: 10.0.0.1\n"}

    with_one_pool(conversation)
    assert nothing_left_over(folder)
    assert stat.S_IMODE((folder / "var" / "tftpboot" / PATH).stat().st_mode) & 0o007 == 0


def test_a_file_whose_octets_are_the_same_is_left_alone(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        first = rendered(await pool.render(job(folder, admin_password="x")))
        before = os.stat(folder / "var" / "tftpboot" / PATH)
        second = rendered(await pool.render(job(folder, 2, admin_password="x")))
        after = os.stat(folder / "var" / "tftpboot" / PATH)
        assert [file.changed for file in (*first.files, *second.files)] == [True, False]
        assert first.files[0].sha256 == second.files[0].sha256
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)

    with_one_pool(conversation)


def test_an_edited_template_counts_at_once(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        await pool.render(job(folder, admin_password="x"))
        (folder / "var" / "templates" / "base.tpl").write_text("mine: {{ admin_password }}")
        (file,) = rendered(await pool.render(job(folder, 2, admin_password="x"))).files
        assert file.template == "var/templates/base.tpl"
        assert served(folder) == {PATH: "mine: x\n"}

    with_one_pool(conversation)


async def held(pool: RenderPool, *jobs: RenderJob) -> list[asyncio.Task[Outcome]]:
    """Give jobs to the only worker, which does not get to them until it is let go."""
    (tenant,) = pool._tenants
    await tenant.start()
    assert tenant.pid is not None
    os.kill(tenant.pid, signal.SIGSTOP)
    asked = tenant.statistics.requests
    tasks = [asyncio.create_task(pool.render(each)) for each in jobs]
    while tenant.statistics.requests == asked:
        await asyncio.sleep(0)
    return tasks


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(CEILING):
        while not condition():
            await asyncio.sleep(0)


def let_go(pool: RenderPool) -> None:
    (pid,) = (tenant.pid for tenant in pool._tenants)
    assert pid is not None
    os.kill(pid, signal.SIGCONT)


def test_an_old_result_is_dropped(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        (first,) = await held(pool, job(folder, 1, admin_password="1"))
        requests, outdated = pool.statistics()["render-1"].requests, pool.outcomes["outdated"]
        later = [asyncio.create_task(pool.render(job(folder, r, admin_password=str(r)))) for r in (2, 4, 3)]
        await asyncio.sleep(0)
        let_go(pool)
        outcomes = await asyncio.gather(first, *later)
        assert [type(outcome) for outcome in outcomes] == [Outdated, Outdated, Rendered, Outdated]
        assert served(folder) == {PATH: "admin: 4\n"}
        assert pool.outcomes["outdated"] == outdated + 3
        assert pool.statistics()["render-1"].requests == requests + 1  # those that waited were not even asked for

    with_one_pool(conversation)
    assert nothing_left_over(folder)


def test_a_device_that_is_gone_gets_no_file(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        (going,) = await held(pool, job(folder, admin_password="x"))
        await pool.forget(str(folder), "one")
        let_go(pool)
        assert isinstance(await going, Outdated)
        assert served(folder) == {}
        rendered(await pool.render(job(folder, admin_password="x")))  # it came back

    with_one_pool(conversation)


def test_files_are_put_in_place_by_a_thread_and_none_follows_once_a_device_is_forgotten(
    with_one_pool: Hold, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, where = threading.Event(), threading.Event(), []

    def slowly(*args: Any) -> None:
        where.append(threading.current_thread())
        begun.set()
        assert go_on.wait(CEILING)
        place(*args)

    place = staging.place
    monkeypatch.setattr(staging, "place", slowly)

    async def conversation(pool: RenderPool) -> None:
        going = asyncio.create_task(pool.render(job(folder, admin_password="x")))
        await until(begun.is_set)  # the loop goes on while a file is put in place
        assert where != [threading.main_thread()]
        next_ = asyncio.create_task(pool.render(other(folder, 1)))  # waits for the thread
        forgetting = asyncio.create_task(pool.forget(str(folder), "one"))
        await until(lambda: len(pool._moving) == 2)
        assert not forgetting.done()
        await asyncio.wait_for(pool.forget(str(folder), "another"), CEILING)  # nothing of it is under way
        go_on.set()
        await forgetting
        assert PATH in served(folder)  # whoever forgets the device deletes it now, and nothing comes after that
        await asyncio.gather(going, next_)

    with_one_pool(conversation)
    assert nothing_left_over(folder)


def test_a_file_that_waits_to_be_put_in_place_gives_way_to_a_newer_one(
    with_one_pool: Hold, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(*args: Any) -> None:
        begun.set()
        assert go_on.wait(CEILING)
        place(*args)

    place = staging.place
    monkeypatch.setattr(staging, "place", slowly)

    async def conversation(pool: RenderPool) -> None:
        holding = asyncio.create_task(pool.render(other(folder, 1)))
        await until(begun.is_set)
        old = asyncio.create_task(pool.render(job(folder, 1, admin_password="old")))
        await until(lambda: len(pool._moving) == 2)
        new = asyncio.create_task(pool.render(job(folder, 2, admin_password="new")))
        await asyncio.sleep(0)
        go_on.set()
        kinds = [type(each) for each in await asyncio.gather(holding, old, new)]
        assert kinds == [Rendered, Outdated, Rendered]
        assert served(folder)[PATH] == "admin: new\n"

    with_one_pool(conversation)
    assert nothing_left_over(folder)


def other(folder: Path, number: int, **raw: Any) -> RenderJob:
    """Ask for the files of another device, of another model."""
    about = {"id": f"other {number}", "mac": f"00:08:5d:00:00:{number:02x}", "model": "B1"}
    return RenderJob(1, str(folder), raw, SERVER, about)


def test_a_work_is_written_as_any_message_and_once() -> None:
    jobs = [
        job(Path("/a"), 7, admin_password='"\\\u00e4', sip_lines={"1": {"username": "x"}}),
        job(Path("/b"), device=None),
    ]
    assert codec.decode(Task, encode_work("token", jobs)) == Task(Work("token", tuple(jobs)))
    before = replace(jobs[0], raw={}, written=written(jobs[0].raw, jobs[0].facts, jobs[0].device))
    assert codec.decode(Task, encode_work("token", [before])) == Task(Work("token", (jobs[0],)))


def test_jobs_that_wait_together_go_together_and_each_has_its_answer(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        (folder / "templates" / "A1.tpl").write_text("{{ nothing }}")
        requests = pool.statistics()["render-1"].requests
        jobs = [job(folder), *(other(folder, number, admin_password=str(number)) for number in range(TOGETHER))]
        fault, *made = await asyncio.gather(*map(pool.render, jobs))
        assert isinstance(fault, TemplateFault)
        assert [rendered(each).files[0].path for each in made] == [
            f"Acme/00085d0000{number:02x}.cfg" for number in range(TOGETHER)
        ]
        assert served(folder) == {
            f"Acme/00085d0000{number:02x}.cfg": f"admin: {number}\n" for number in range(TOGETHER)
        }
        assert pool.statistics()["render-1"].requests == requests + 2

    with_one_pool(conversation)
    assert nothing_left_over(folder)


def test_plugins_take_turns_and_none_waits_for_ever(with_one_pool: Hold, folder: Path, tmp_path: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        second = tmp_path / "second"
        shutil.copytree(folder, second)
        jobs = [other((folder, second)[number % 2], number) for number in range(6)]
        requests = pool.statistics()["render-1"].requests
        for outcome in await asyncio.gather(*map(pool.render, jobs)):
            rendered(outcome)
        assert pool.statistics()["render-1"].requests == requests + 2
        assert (len(served(folder)), len(served(second))) == (3, 3)

    with_one_pool(conversation)


def test_a_job_that_nobody_waits_for_any_more_is_not_put_in_place(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        kept, left = await held(pool, job(folder), other(folder, 1))
        left.cancel()
        await asyncio.sleep(0)
        let_go(pool)
        rendered(await kept)
        assert list(served(folder)) == [PATH]

    with_one_pool(conversation)
    assert nothing_left_over(folder)


def test_a_stop_breaks_off_what_waits(folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        (first,) = await held(pool, job(folder))
        waiting = asyncio.create_task(pool.render(other(folder, 1)))
        await asyncio.sleep(0)
        let_go(pool)
        await pool.close()
        assert [first.cancelled(), (await asyncio.gather(waiting, return_exceptions=True))[0].__class__] == [
            True, asyncio.CancelledError
        ]  # fmt: skip

    with_pool(conversation)


def test_a_fault_names_template_and_line_and_replaces_nothing(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        await pool.render(job(folder, admin_password="good"))
        (folder / "var" / "templates" / "base.tpl").write_text("a\nb: {{ admin_pasword }}\n")
        assert await pool.render(job(folder, 2, admin_password="bad")) == TemplateFault(
            "var/templates/base.tpl", 2, "there is nothing named admin_pasword"
        )
        assert served(folder) == {PATH: "admin: good\n"}

    with_one_pool(conversation)


def test_an_endless_template_costs_only_its_job(folder: Path) -> None:
    endless = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}"

    async def conversation(pool: RenderPool) -> None:
        (folder / "var" / "templates" / "A1.tpl").write_text(endless)
        bad, good = await asyncio.gather(pool.render(job(folder)), pool.render(other(folder, 1)))
        assert bad == RenderFailed("it took longer than 2 s")
        rendered(good)
        (folder / "var" / "templates" / "A1.tpl").unlink()
        rendered(await pool.render(job(folder, 2)))
        assert pool.statistics()["render-1"].starts == 3

    with_pool(conversation, seconds=2)
    assert nothing_left_over(folder)


@pytest.mark.parametrize(
    "template",
    [
        "{% set a = 'x' * 300000000 %}{{ a ~ a }}",
        "{% set ns = namespace(a='x' * 1000) %}{% for i in range(40) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}",
        "{{ 'x' * 10000000 }}",
    ],
    ids=["multiplied", "doubled", "long"],
)
def test_a_template_that_multiplies_text_costs_only_its_job(folder: Path, template: str) -> None:
    async def conversation(pool: RenderPool) -> None:
        (folder / "var" / "templates" / "A1.tpl").write_text(template)
        outcome = await pool.render(job(folder))
        assert isinstance(outcome, TemplateFault)
        assert "too much memory" in outcome.why or "longer than" in outcome.why
        (folder / "var" / "templates" / "A1.tpl").unlink()
        rendered(await pool.render(job(folder, 2)))

    with_pool(conversation, seconds=100)  # memory is what runs out, also on a busy machine
    assert served(folder) == {PATH: "admin: \n"}


def test_a_worker_that_is_killed_is_replaced(folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        await pool.start()
        for tenant in pool._tenants:
            assert tenant.pid is not None
            os.kill(tenant.pid, 9)
        outcomes = [await pool.render(job(folder, revision)) for revision in (1, 2, 3)]
        assert isinstance(outcomes[-1], Rendered)
        assert all(isinstance(each, Rendered) or "SIGKILL" in each.why for each in outcomes)  # type: ignore[union-attr]

    with_pool(conversation, size=2)


def test_what_cannot_be_written_says_so(with_one_pool: Hold, folder: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        (folder / "var" / "tftpboot" / PATH).mkdir(parents=True)
        outcome = await pool.render(job(folder))
        assert isinstance(outcome, RenderFailed)
        assert PATH in outcome.why
        (folder / "var" / "new").rmdir()
        (folder / "var" / "new").write_text("in the way")
        outcome = await pool.render(job(folder, 2))
        assert isinstance(outcome, RenderFailed)
        assert "var/new" in outcome.why

    with_one_pool(conversation)


def test_a_link_out_of_the_served_folder_is_not_followed(with_one_pool: Hold, folder: Path, tmp_path: Path) -> None:
    async def conversation(pool: RenderPool) -> None:
        (tmp_path / "outside").mkdir()
        (folder / "var" / "tftpboot" / "Acme").symlink_to(tmp_path / "outside")
        assert isinstance(await pool.render(job(folder)), RenderFailed)
        assert list((tmp_path / "outside").iterdir()) == []

    with_one_pool(conversation)


def test_the_worker_stays_light(folder: Path) -> None:
    """The modules of the worker: no database, no web server, no event loop."""
    script = "import sys, ringboot.host.worker; print(*sys.modules)"

    async def run() -> None:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        loaded = {name.partition(".")[0] for name in out.decode().split()}
        assert "jinja2" in loaded
        assert loaded & {"sqlalchemy", "aiohttp", "fastapi", "uvicorn", "typer", "asyncio"} == set()

    asyncio.run(run())
