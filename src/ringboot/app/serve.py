"""`ringboot serve`: takes the data folder, opens every socket, and keeps dhcp, tftp, main and scripts running."""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import socket
import sys
from pathlib import Path

from ringboot import log
from ringboot.host import rights
from ringboot.host.lock import FolderLock
from ringboot.host.notice import Notice
from ringboot.host.start import Start
from ringboot.host.supervisor import PLUG, Part, Supervisor
from ringboot.servers import listen
from ringboot.servers.files_asking import FILES
from ringboot.servers.hotplug import HotPlug
from ringboot.setup.settings import Settings
from ringboot.setup.where import api_socket

DHCP = Part("dhcp", "ringboot.servers.dhcp", ("dhcp:*", "frame:*", "pxe:*", "echo", "control", PLUG), (rights.NICE,))
TFTP = Part("tftp", "ringboot.servers.tftp_process", ("tftp",), (rights.NICE,))
MAIN = Part(
    "main",
    "ringboot.app",
    ("files", "http", "https", "old-https", "metrics", "agi", "sip", "sip-tcp", "register", "api", "admin"),
    (rights.RAW,),  # it listens for other DHCP servers
)
SCRIPTS = Part("scripts", "ringboot.app.scripting", ("scripts",), hang_after=2.0, is_foreign=True)
PRIVATE = 0o600  # only the daemon itself connects
EVERYBODY = 0o666  # the kernel tells the API who connects, and the API tells a stranger the way in


def open_sockets(settings: Settings) -> dict[str, socket.socket]:
    """Open all but DHCP's; CannotListen says which cannot be had, and then none stays open."""
    opened: dict[str, socket.socket] = {}
    with contextlib.ExitStack() as undo:
        if (tftp := settings.tftp.listen) is not None:
            opened["tftp"] = undo.enter_context(
                listen.open_datagrams("TFTP", tftp.address, tftp.port, "listen in [tftp]")
            )
            run = settings.server.data / "run"
            opened["files"] = undo.enter_context(listen.open_unix(run / FILES, PRIVATE))
        if (http := settings.http.listen) is not None:
            opened["http"] = undo.enter_context(listen.open_stream("HTTP", http.address, http.port, "listen in [http]"))
        for name, place, where in (
            ("https", settings.https.listen, "listen in [https]"),
            ("old-https", settings.https.legacy.listen, "listen in [https.legacy]"),
        ):
            if place is not None:
                opened[name] = undo.enter_context(listen.open_stream("HTTPS", place.address, place.port, where))
        if (numbers := settings.metrics.listen) is not None:
            opened["metrics"] = undo.enter_context(
                listen.open_stream("metrics", numbers.address, numbers.port, "listen in [metrics]")
            )
        if (echo := listen.open_echo()) is not None:
            opened["echo"] = undo.enter_context(echo)
        if (calls := settings.agi.listen) is not None:
            opened["agi"] = undo.enter_context(
                listen.open_stream("FastAGI", calls.address, calls.port, "listen in [agi]")
            )
        if (phones := settings.sip.listen) is not None:
            key = "listen in [sip]"
            opened["sip"] = undo.enter_context(listen.open_datagrams("SIP", phones.address, phones.port, key))
            opened["sip-tcp"] = undo.enter_context(listen.open_stream("SIP", phones.address, phones.port, key))
        if (page := settings.register.listen) is not None:
            opened["register"] = undo.enter_context(
                listen.open_stream("registration page", page.address, page.port, "listen in [register]")
            )
        if (admin := settings.admin.listen) is not None:
            opened["admin"] = undo.enter_context(
                listen.open_stream("admin", admin.address, admin.port, "listen in [admin]")
            )
        opened["control"] = undo.enter_context(listen.open_unix(settings.server.data / "run" / "dhcp.sock", PRIVATE))
        if settings.dhcp.is_scripted:
            opened["scripts"] = undo.enter_context(
                listen.open_unix(settings.server.data / "run" / "scripts.sock", PRIVATE)
            )
        server = settings.server
        path = api_socket(server.api_socket, server.data, root=os.geteuid() == 0)
        opened["api"] = undo.enter_context(listen.open_unix(path, EVERYBODY))
        undo.pop_all()
    return opened


def serve(settings: Settings, config: Path, *, verbose: bool = False, json_log: bool = False) -> int:
    """Run the daemon until it is told to stop; FolderBusy, FolderUnusable, CannotListen, NoRights: it cannot start."""
    level = "debug" if verbose else settings.log.level
    json_log = json_log or settings.log.format == "json" or (settings.log.format == "auto" and not sys.stderr.isatty())
    log.start("supervisor", json=json_log, level=level)
    notice = Notice(os.environ)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a transfer takes two descriptors
    lock = FolderLock(settings.server.data)
    opened: dict[str, socket.socket] = {}
    plugged: HotPlug | None = None
    try:
        plugged = HotPlug(settings.dhcp.interfaces, settings.dhcp.port, settings.dhcp.pxe_port or 0)
        if plugged.missing and not plugged.fds:
            raise plugged.missing[0]  # wrong names rather than one that comes later
        opened = open_sockets(settings)
        if settings.server.user is not None:
            _drop(settings.server.data, settings.server.user)
        start = Start(
            data=str(settings.server.data),
            config=str(config),
            fds={**plugged.fds, **{name: each.fileno() for name, each in opened.items()}},
            interfaces=settings.dhcp.interfaces,
            dhcp_port=settings.dhcp.port,
            pxe_port=settings.dhcp.pxe_port or 0,
            log_level=level,
            json_log=json_log,
        )
        parts = [DHCP, *([TFTP] if "tftp" in opened else []), MAIN, *([SCRIPTS] if "scripts" in opened else [])]
        return Supervisor(start, parts, plugged, notice=notice).run()
    finally:
        if plugged is not None:
            plugged.close()
        for each in opened.values():
            each.close()
        lock.close()


def _drop(data: Path, user: str) -> None:
    """Become the daemon's user, as soon as all is open that only root may open; NoRights."""
    if os.geteuid() != 0:
        if os.geteuid() != pwd.getpwnam(user).pw_uid:
            log.get().warning("only root can become another user; the daemon stays who it is", user=user)
        return
    rights.give(data, user)
    rights.become(user)
    log.get().info("root was given up", user=user)
