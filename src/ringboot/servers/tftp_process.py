"""The tftp process: it moves the files' octets, and asks main which file it is that a request gets."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys

# structlog takes rich along where it is installed, for tracebacks in colour.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # None is how an import is made to fail

from ringboot import log  # noqa: E402  after the line above
from ringboot.host.beat import beat  # noqa: E402
from ringboot.host.start import READY, Start, from_environment  # noqa: E402
from ringboot.servers.dhcp.priority import hurry  # noqa: E402
from ringboot.servers.files_asking import FILES, Asking  # noqa: E402
from ringboot.servers.files_coded import answer_over, report_over  # noqa: E402
from ringboot.servers.tftp import TftpServer  # noqa: E402

NICENESS = -5  # less than dhcp: who has no address yet goes before
ABSENCE = 60.0  # seconds that a request waits while main is away; clients have given up by then


def run(start: Start) -> int:
    """Run until SIGTERM; gives the exit code."""
    log.start("tftp", json=start.json_log, level=start.log_level)
    hurry(NICENESS)
    gc.freeze()  # what was imported stays
    return asyncio.run(_serve(start))


async def _serve(start: Start) -> int:
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    beating = asyncio.create_task(beat(start.fds["beat"], stopping))
    asking = Asking(start.run / FILES)
    connected = asyncio.create_task(asking.run())
    with socket.socket(fileno=os.dup(start.fds["tftp"])) as sock:
        server = TftpServer(
            sock, answer_over(asking.answer), report_over(asking.report), asking.counters, patience=ABSENCE
        )
        server.start()
        os.write(start.fds["beat"], READY)
        log.get().info("ready")
        await stopping.wait()
        await server.close()
    asking.close()
    for task in (beating, connected):
        task.cancel()
    await asyncio.gather(beating, connected, return_exceptions=True)
    return 0


if __name__ == "__main__":
    sys.exit(run(from_environment(os.environ)))
