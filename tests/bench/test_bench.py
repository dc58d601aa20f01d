"""The bench where it can be tested fast: what it says where it cannot run, its load generator, its table."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from bench.arp import ARP
from bench.fleet import ADDED, ASKED, CHANGED
from bench.fleet import MEANWHILE as FLEET_MEANWHILE
from bench.images import BESIDE, FETCHED
from bench.measure import MEMORY, Unable
from bench.million import MILLION
from bench.perfdhcp import LADDER, read
from bench.pressure import HALF, TWICE
from bench.rerender import DEVICES
from bench.scripts import IDLE, STUCK
from bench.table import print_table
from bench.tftp import CASES, LARGE_BY_MANY, MEANWHILE, SMALL_BY_MORE, compared, lay
from bench.viewers import LISTED, WATCHED

from ringboot.model.file import FileRequest, Refuse, Serve
from ringboot.servers.http import HttpServer
from ringboot.servers.tftp import TftpServer

ROOT = Path(__file__).resolve().parents[2]


_AS_NOBODY = """
import os, sys
from bench.__main__ import main
if os.geteuid() == 0:
    os.setuid(65534)
sys.exit(main(["points"]))
"""


def test_without_the_rights_it_says_what_it_needs_and_measures_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", _AS_NOBODY], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "bench: needs root, for network namespaces of its own\n"


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("bench"), "load")


@pytest.fixture(scope="module")
def tftp_load(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("bench"), "tftp_load")


@pytest.fixture(scope="module")
def http_load(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("bench"), "http_load")


def compiled(folder: Path, name: str) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    program = folder / name
    source = ROOT / "bench" / f"{name}.c"
    subprocess.run([compiler, "-O1", "-Wall", "-Wextra", "-Werror", "-o", str(program), str(source)], check=True)
    return program


@pytest.mark.parametrize(
    "arguments",
    [
        ["-m", "dance"],
        ["-n", "0"],
        ["-w", "99999"],
        ["-t", "-1"],
        ["-v", "x" * 256],
        ["-d", "here"],
        ["-q"],
        ["-R", "-1"],
    ],
)
def test_the_load_generator_refuses_what_it_does_not_know(load: Path, arguments: list[str]) -> None:
    done = subprocess.run([str(load), *arguments], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr


@pytest.mark.parametrize("arguments", [["-c", "0"], ["-t", "0"], ["-d", "here"], ["-l", "0"], ["-q"]])
def test_the_tftp_load_generator_refuses_what_it_does_not_know(tftp_load: Path, arguments: list[str]) -> None:
    done = subprocess.run([str(tftp_load), *arguments], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_the_tftp_load_generator_reads_whole_files_and_notices_others(tftp_load: Path, tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / "wrong.bin").write_bytes(bytes(1024))

    async def read(sock: socket.socket, *arguments: str) -> dict[str, float]:
        words = ["-d", "127.0.0.1", "-p", str(sock.getsockname()[1]), "-t", "20", *arguments]
        program = await asyncio.create_subprocess_exec(str(tftp_load), *words, stdout=subprocess.PIPE)
        said, _ = await program.communicate()
        return dict(json.loads(said))

    async def answer(request: FileRequest) -> Serve:
        return Serve(str(tmp_path), request.path, "", 1)

    async def talk() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            server = TftpServer(sock, answer, lambda _: None, {})
            server.start()
            for case in CASES.values():
                few = ("-n", "100", "-c", "8") if case.name == SMALL_BY_MORE else ("-n", "1", "-c", "1")
                report = await read(sock, *case.arguments, *few)
                assert (report["done"], report["bad"], report["gave_up"]) == (int(few[1]), 0, 0), case
            bad = await read(sock, "-f", "wrong.bin", "-n", "1")
            short = await read(sock, "-f", "1k0.bin", "-n", "1", "-e", "1025")
            assert (bad["bad"], short["bad"]) == (1, 1)
            await server.close()

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("arguments", "phones"),
    [(["-c", "0"], "127.0.0.1 a /a"), (["-q"], ""), ([], "127.0.0.1 a"), ([], "here a /a"), ([], "")],
)
def test_the_http_load_generator_refuses_what_it_does_not_know(
    http_load: Path, arguments: list[str], phones: str
) -> None:
    done = subprocess.run([str(http_load), *arguments], input=phones, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_the_http_load_generator_asks_as_each_phone_and_counts_what_is_refused(http_load: Path, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(70_000))
    asked: list[tuple[str, str, str]] = []

    async def answer(request: FileRequest) -> Serve | Refuse:
        asked.append((request.peer, dict(request.headers)["user-agent"], request.path))
        return Refuse("not-yours", 1) if request.path == "/b" else Serve(str(tmp_path), "a", "", 1)

    async def read(port: int, *arguments: str) -> dict[str, float]:
        words = ["-d", "127.0.0.1", "-p", str(port), "-c", "2", "-k", "4", "-t", "60", *arguments]
        program = await asyncio.create_subprocess_exec(
            str(http_load), *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        said = asyncio.create_task(program.communicate(b"127.0.0.8 Phone_8 /a /c\n127.0.0.9 Phone_9 /b\n"))
        asked.clear()
        async with asyncio.timeout(30):
            while len(asked) < 20:
                await asyncio.sleep(0.001)
        program.terminate()
        return dict(json.loads((await said)[0]))

    async def talk() -> None:
        sock = socket.create_server(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        server = HttpServer(sock, answer, lambda _: None, {})
        await server.start()
        closed = await read(port)
        steady = await read(port, "-R", "100")
        await server.close()
        assert closed["done"] > 0
        assert closed["bad"] > 0
        assert closed["failed"] == 0
        assert 0 < steady["done"] + steady["bad"] + steady["crowded"] <= steady["seconds"] * 100 + 1

    asyncio.run(talk())
    assert set(asked) == {
        ("127.0.0.8", "Phone 8", "/a"),
        ("127.0.0.8", "Phone 8", "/c"),
        ("127.0.0.9", "Phone 9", "/b"),
    }


@pytest.mark.root
def test_the_open_loop_goes_on_beginning_when_nobody_answers(load: Path) -> None:
    silent = ["-d", "127.0.0.1", "-g", "127.0.0.67", "-n", "10", "-l", "9000", "-t", "0.2", "-R", "1000", "-w", "10"]
    done = subprocess.run([str(load), *silent], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)

    assert (report["done"], report["timeouts"]) == (0, 0)
    assert report["crowded"] > 0  # ten lanes were taken at once, and what was due after that had none


def test_the_bench_refuses_a_part_that_it_does_not_know() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "weather"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert (
        "no part weather: there are points, pressure, perfdhcp, million, rerender, tftp, fleet, viewers, images, arp, "
        "scripts, storm" in done.stderr
    )


def test_the_table_gives_each_rate_beside_kea_s_and_says_what_was_reached(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"server": "ringboot", "p50_ms": 1.0, "p99_ms": 2.0, "timeouts": 0, "conflicts": 0, "others_cpu": 0.5}
    print_table([
        {**row, "point": "DORA, in order", "rate": 12000, "rates": [11000, 12000, 13000]},
        {**row, "point": "DORA, in order", "server": "kea", "rate": 10000, "rates": [10000, 10000, 6500]},
        {**row, "point": MEMORY.name, "rate": 1, "addresses": 50000, "rss_mib": 101.0},
        {**row, "point": DEVICES, "rate": 1, "devices": 2000, "seconds": 30.0},
        {**row, "point": HALF, "offered": 5000, "peak": 10000},
        {**row, "point": TWICE, "offered": 20000, "peak": 10000, "rate": 8900},
        {**row, "point": TWICE, "server": "kea", "offered": 20000, "peak": 10000, "rate": 900},
        {**row, "point": LADDER, "rate": 6000, "lost_percent": 0.4},
        {**row, "point": MILLION, "rate": 9000, "leases": 1000000, "fill_rate": 8000, "renew_rate": 11000,
         "start_seconds": 9.5, "rss_mib": 701.0},
        {**row, "point": LARGE_BY_MANY, "rate": 3.0, "mb_s": 50.2, "times": 0.9, "peer": "tftpd-hpa"},
        {**row, "point": LARGE_BY_MANY, "server": "tftpd-hpa", "rate": 3.3, "mb_s": 55.8},
        {**row, "point": SMALL_BY_MORE, "rate": 4000, "mb_s": 4.1, "times": 2.1, "peer": "tftpd-hpa"},
        {**row, "point": MEANWHILE, "rate": 299, "p99_ms": 9.9, "case": LARGE_BY_MANY},
        {**row, "point": ADDED, "devices": 10000, "ms": 4.2, "seconds": 61.0},
        {**row, "point": CHANGED, "devices": 10000, "returned": 0.012, "seconds": 15.5, "main_ms": 0.9,
         "workers_ms": 2.1},
        {**row, "point": FLEET_MEANWHILE, "what": "DHCP", "rate": 99.0, "p99_ms": 20.4},
        {**row, "point": ASKED, "rate": 5000.4, "bad": 0},
        {**row, "point": LISTED, "path": "/devices", "devices": 10000, "ms": 149.4, "worst_ms": 210.0},
        {**row, "point": ARP, "addresses": 4000, "hosts": 500, "missing": 1, "seconds": 3.02},
        {**row, "point": WATCHED, "viewers": 50, "looks": 90, "rate": 499.6},
        {**row, "point": FETCHED, "by": "TFTP", "machines": 100, "mib": 30, "done": 100, "seconds": 74.4, "mb_s": 42.3,
         "failures": 1},
        {**row, "point": BESIDE, "phones": 1000, "what": "while images are fetched", "rate": 200.1, "p99_ms": 3.3},
        {**row, "point": IDLE, "rate": 9100, "without": 10000, "ratio": 0.91},
        {**row, "point": STUCK, "way": "sleeps", "rate": 5000, "p99_ms": 10.4},
    ])  # fmt: skip
    said = capsys.readouterr().out

    assert "DORA, in order            ringboot            12,000    1.20" in said
    assert "memory at 50,000 leases, dhcp process of ringboot: 101 MiB (below 100: NOT reached)" in said
    assert "while main renders 2,000 devices again (30.0 s): DHCP p99 2.0 ms (below 20: reached)" in said
    assert "DORA, in order, ringboot: 1.20 x Kea (at least 1.5: NOT reached)" in said
    assert "DORA at half load, ringboot: 5,000/s of 10,000, p50 1.00 ms, p99 2.00 ms (below 5: reached)" in said
    assert "ringboot: 20,000/s begun, 8,900/s came to an end, 0.89 of the peak (at least 0.9: NOT reached)" in said
    assert "kea: 20,000/s begun, 900/s came to an end, 0.09 of the peak \n" in said
    assert "perfdhcp, ringboot: 6,000 DORA/s with 0.4 % lost (at most 1 %)" in said
    assert "1,000,000 leases, ringboot: 8,000/s until there, then RENEW 11,000/s and DORA 9,000/s, p99 2.00 ms" in said
    assert "start 9.5 s (below 10: reached), memory 701 MiB (below 700: NOT reached)" in said
    assert "TFTP, 16 x 16 MiB, ringboot: 50.2 MB/s, 0.90 x tftpd-hpa (at least 1: NOT reached)" in said
    assert "TFTP, 16 x 16 MiB, tftpd-hpa: 55.8 MB/s \n" in said
    assert "TFTP, 1 KiB by 64, ringboot: 4,000 files/s, p99 2.0 ms, 2.10 x tftpd-hpa (at least 2: reached)" in said
    assert "while TFTP sends 16 x 16 MiB: 299 DORA/s, p99 9.90 ms (below 10: reached)" in said
    assert "10,000 devices make themselves known: 4.20 ms each (below 5: reached), with their files after" in said
    assert "a change of what 10,000 devices inherit: returns after 0.012 s (below 0.2: reached)" in said
    assert "all files new after 15.5 s (below 15: NOT reached)" in said
    assert "of processors 0.9 ms of main and 2.1 ms of a worker for each" in said
    assert "meanwhile DHCP: 99/s, p99 20.4 ms (below 20: NOT reached)" in said
    assert "phones ask by HTTP: 5,000 files/s, p99 2.0 ms, 0 bad (at least 5,000: reached)" in said
    assert "page /devices of 10,000 devices: 149 ms, worst 210 (below 150: reached)" in said
    assert (
        "with hooks that concern nobody: 9,100 DORA/s beside 10,000/s without, 0.91 of it (at least 0.9: reached)"
        in said
    )
    assert "while a hook sleeps for others: 5,000 DORA/s, p50 1.00 ms, p99 10.40 ms (below 10: NOT reached)" in said
    assert "DHCP while 50 people watch the pages (90 looks): 500 DORA/s, p50 1.00 ms, p99 2.00 ms" in said
    assert "100 machines fetch 30 MiB by TFTP at once: 100 have it after 74.4 s, 42 MB/s, 1 failures (all, wi" in said
    assert "without a failure: NOT reached)" in said
    assert "1,000 phones renew while images are fetched: 200/s, p50 1.00 ms, p99 3.30 ms (below 10: reached)" in said
    assert "500 hosts answer: leases for all but 1 and for 0 others after 3.0 s (all, below 5: NOT reached)" in said
    assert "other programs kept 0.5 processors busy" in said


def test_a_report_of_perfdhcp_is_read_and_a_report_without_figures_is_refused() -> None:
    report = """\
***Rate statistics***
Rate: 99.5 4-way exchanges/second, expected rate: 100
***Statistics for: DISCOVER-OFFER***
sent packets: 200
received packets: 199
drops: 1

***Statistics for: REQUEST-ACK***
sent packets: 199
received packets: 197
drops: 2
"""

    assert read(report) == {"sent": 200, "lost_percent": 1.5}
    with pytest.raises(Unable, match="no figures"):
        read("perfdhcp: cannot bind")


def test_a_boot_storm_brings_every_phone_up_and_is_told() -> None:
    script = """
import json, sys
from bench.__main__ import told
from bench.storm import storm
row = storm(phones=4, seconds=0.0)
print(told([row], as_json=False), told([{**row, "conflicts": 1}], as_json=True))
print(json.dumps(row), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    row = json.loads(done.stderr.splitlines()[-1])
    assert (row["configured"], row["failed"], row["conflicts"]) == (4, 0, 0)
    assert "boot storm: 4 of 4 phones, switched on within 0 s, had their files" in done.stdout
    assert f"The slowest: {row['slowest']['mac']}" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 1"


def test_ours_is_compared_with_the_peer_that_a_case_names() -> None:
    rows = [
        {"server": server, "point": case.name, "mb_s": 40.0 * times, "rate": 10.0 * times}
        for server, times in (("ringboot", 3), ("tftpd-hpa", 2), ("atftpd", 4))
        for case in CASES.values()
    ]
    told = [compared(row, rows) for row in rows]
    assert [(row.get("peer"), row.get("times")) for row in told[:4]] == [
        ("tftpd-hpa", 1.5), ("atftpd", 0.75), ("atftpd", 0.75), ("tftpd-hpa", 1.5),
    ]  # fmt: skip
    assert not any("times" in row for row in told[4:])
