"""`ringboot serve`: takes the data folder, opens every socket, and keeps dhcp and main running."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
from pathlib import Path

from ringboot import log
from ringboot.host.lock import FolderLock
from ringboot.host.start import Start
from ringboot.host.supervisor import Part, Supervisor
from ringboot.servers import listen
from ringboot.setup.settings import Settings
from ringboot.setup.where import api_socket

PARTS = (
    Part("dhcp", "ringboot.servers.dhcp", ("dhcp:*", "frame:*", "control")),
    Part("main", "ringboot.app", ("tftp", "http", "api")),
)
PRIVATE = 0o600  # only the daemon itself connects
EVERYBODY = 0o666  # the kernel tells the API who connects, and the API tells a stranger the way in


def open_sockets(settings: Settings) -> dict[str, socket.socket]:
    """Open all that the configuration names; CannotListen says which cannot be had, and then none stays open."""
    opened: dict[str, socket.socket] = {}
    with contextlib.ExitStack() as undo:
        for interface in settings.dhcp.interfaces:
            opened[f"dhcp:{interface}"] = undo.enter_context(listen.open_dhcp(interface, settings.dhcp.port))
            if (frames := listen.open_frames(interface)) is not None:
                opened[f"frame:{interface}"] = undo.enter_context(frames)
        if (tftp := settings.tftp.listen) is not None:
            opened["tftp"] = undo.enter_context(
                listen.open_datagrams("TFTP", tftp.address, tftp.port, "listen in [tftp]")
            )
        if (http := settings.http.listen) is not None:
            opened["http"] = undo.enter_context(listen.open_stream("HTTP", http.address, http.port, "listen in [http]"))
        opened["control"] = undo.enter_context(listen.open_unix(settings.server.data / "run" / "dhcp.sock", PRIVATE))
        server = settings.server
        path = api_socket(server.api_socket, server.data, root=os.geteuid() == 0)
        opened["api"] = undo.enter_context(listen.open_unix(path, EVERYBODY))
        undo.pop_all()
    return opened


def serve(settings: Settings, config: Path, *, verbose: bool = False, json_log: bool = False) -> int:
    """Run the daemon until it is told to stop; FolderBusy, FolderUnusable, CannotListen when it cannot start."""
    log.start("supervisor", json=json_log, verbose=verbose)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a transfer takes two descriptors
    lock = FolderLock(settings.server.data)
    opened: dict[str, socket.socket] = {}
    try:
        opened = open_sockets(settings)
        start = Start(
            data=str(settings.server.data),
            config=str(config),
            fds={name: each.fileno() for name, each in opened.items()},
            dhcp_port=settings.dhcp.port,
            verbose=verbose,
            json_log=json_log,
        )
        for missing in (name for name in settings.dhcp.interfaces if f"frame:{name}" not in opened):
            log.get().warning(
                "no raw socket: clients without an address are answered by broadcast, and no address is probed",
                interface=missing,
            )
        return Supervisor(start, PARTS).run()
    finally:
        for each in opened.values():
            each.close()
        lock.close()
