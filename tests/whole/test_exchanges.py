"""Many exchanges, watched from outside, across kills, restarts and reloads: nothing given twice, nothing lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from tests.whole.checker.run import NETWORK, Clients, compiled
from tests.whole.daemon import Daemon, free_port, wait_until
from tests.whole.test_kills import NO_PAUSES

from ringboot.model.address import ip_number, ip_text

POOL = 32_768  # addresses from 127.80.1.0 on
EXCHANGES = int(os.environ.get("RINGBOOT_EXCHANGES", "1000000"))
PACE = 1500  # exchanges a second that the slowest machine does


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = compiled(tmp_path_factory.mktemp("clients"))
    if made is None:
        pytest.skip("there is no C compiler")
    return made


def config(port: int, addresses: int) -> str:
    last = ip_text(ip_number("127.80.1.0") + addresses - 1)
    return NETWORK.replace("PORT", str(port)).replace("POOL", f"127.80.1.0-{last}")


def troubles(daemon: Daemon) -> Iterator[Callable[[], object]]:
    """Give what can happen to a daemon, again and again."""

    def stop_and_start() -> None:
        daemon.stop()
        daemon.start()

    def kill_all() -> None:
        assert daemon.process is not None
        daemon.process.kill()
        daemon.process.wait()
        daemon.start()

    kill_dhcp, kill_main = (lambda: daemon.kill("dhcp")), (lambda: daemon.kill("main"))
    return cycle((kill_dhcp, kill_main, stop_and_start, kill_dhcp, kill_all))


def watch(folder: Path, program: Path, exchanges: int, addresses: int, kills: int) -> None:
    """Let clients fill a pool to 99 % and go on, while the daemon is killed; then judge what they were given."""
    port = free_port()
    clients_of_ours, declines = addresses * 99 // 100, addresses * 4 // 1000
    options = ("-n", clients_of_ours, "-e", exchanges, "-D", declines, "-V", 5, "-w", 48)
    with Daemon(folder, config(port, addresses), before=NO_PAUSES) as daemon:
        fullest = 0
        with Clients(program, port, folder / "log", *map(str, options)) as clients:
            for number, trouble in zip(range(1, kills + 1), troubles(daemon), strict=False):
                due = exchanges * number // (kills + 1)
                wait_until(partial(clients.reached, due), "exchanges", exchanges / PACE + 30)
                fullest = max(fullest, bound(daemon))
                trouble()
                clients.ask_all()
            clients.wait(exchanges / PACE + 60)
            fullest = max(fullest, bound(daemon))
    judge, told = clients.judged(), clients.told
    print(told, dict(judge.counts), f"fullest {fullest / addresses:.1%}")
    assert judge.faults == []
    assert told["exchanges"] >= exchanges
    assert judge.counts["ACK"] + judge.counts["NAK"] >= exchanges
    assert told["sent_again"] > 0, "the kills were not noticed"
    assert min(told["released"], told["rebooted"], judge.counts["quarantined"]) > 0
    assert fullest >= 0.98 * addresses


def bound(daemon: Daemon) -> int:
    """Count the leases that are held or in quarantine."""
    rows = daemon.get("status")["counters"]
    return sum(
        row["value"] for row in rows if row["name"] == "leases" and row["labels"]["state"] in ("bound", "declined")
    )


def test_nothing_is_given_twice_or_lost_in_a_short_run(tmp_path: Path, program: Path) -> None:
    watch(tmp_path, program, 12_000, 2_000, 1)


@pytest.mark.long
@pytest.mark.timeout(EXCHANGES / PACE + 300)
def test_nothing_is_given_twice_or_lost_in_a_million_exchanges(tmp_path: Path, program: Path) -> None:
    """As above; ten million: RINGBOOT_EXCHANGES=10000000 pytest -s -m long -k million tests/whole/test_exchanges.py."""
    watch(tmp_path, program, EXCHANGES, POOL, 15)


# Reloads


@pytest.mark.parametrize("reloads", [3, pytest.param(20, marks=pytest.mark.long)], ids="{} times".format)
def test_a_reload_under_load_loses_no_packet(reloads: int, tmp_path: Path, program: Path) -> None:
    port = free_port()
    options = ("-n", "2000", "-e", str(1 << 40), "-l", "8000", "-V", "5")
    with Daemon(tmp_path, config(port, 4_000)) as daemon, Clients(program, port, tmp_path / "log", *options) as clients:
        before = daemon.restarts("dhcp"), daemon.restarts("main")
        texts = [daemon.config.read_text(), daemon.config.read_text().replace('"60s"', '"90s"') + MORE]
        for number in range(1, reloads + 1):
            wait_until(partial(clients.reached, clients.written + 500), "exchanges")
            daemon.config.write_text(texts[number % 2])
            row = daemon.json("reload")
            assert len(row["differences"]) == 3
            assert row["misfits"]["total"] == 0
        wait_until(partial(clients.reached, clients.written + 500), "exchanges")
        clients.stop()
        assert (daemon.restarts("dhcp"), daemon.restarts("main")) == before
    judge, told = clients.judged(), clients.told
    print(told, dict(judge.counts))
    assert (told["sent_again"], told["unserved"], judge.counts["unanswered"]) == (0, 0, 0)
    assert judge.faults == []


MORE = """
[[dhcp.network]]
name = "more"
subnet = "127.81.0.0/16"
pools = ["127.81.1.0-127.81.1.255"]
"""
