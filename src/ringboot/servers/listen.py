"""Opens the sockets that the supervisor hands to its children: DHCP, frames, TFTP, HTTP, unix."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import struct
from pathlib import Path

ETH_P_ARP = 0x0806
RECEIVE_BUFFER = 4 << 20  # the default holds about 190 small datagrams; a boot storm is larger
SO_RCVBUFFORCE = 33
SO_TIMESTAMPNS = 35  # asm-generic/socket.h
IP_PKTINFO = 8
SOL_RAW, ICMP_FILTER = 255, 1  # linux/icmp.h
_ECHO_REPLY = 0


class CannotListen(Exception):
    """A socket that cannot be opened: says which, why and what to do; `code` is the exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


class NoInterface(CannotListen):
    """There is no interface of that name, at least not now."""


def open_dhcp(interface: str, port: int, key: str = "port") -> socket.socket:
    """Open the DHCP socket of one interface; it hears broadcasts there and what comes to its addresses."""
    where = f"DHCP port {port} on {interface}"
    opened = _udp(where)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        opened.bind(("0.0.0.0", port))
    except OSError as error:
        opened.close()
        if error.errno == errno.ENODEV:
            there = ", ".join(name for _, name in socket.if_nameindex())
            raise NoInterface(
                f"interface {interface} is not there (this machine has: {there}). Correct interfaces in [dhcp].", 3
            ) from None
        raise _told(where, error, f"{key} in [dhcp]") from None
    return opened


def open_frames(interface: str) -> socket.socket | None:
    """Open the raw socket that reaches clients without an address; None where the right to it is missing."""
    try:
        opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ARP))
        opened.bind((interface, ETH_P_ARP))
    except OSError:
        return None
    opened.setblocking(False)
    return opened


def open_echo() -> socket.socket | None:
    """Open the raw socket that sends ICMP echos and hears the answers; None where the right to it is missing."""
    try:
        opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    except OSError:
        return None
    # All ICMP that comes to this machine would be heard otherwise.
    opened.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("I", ~(1 << _ECHO_REPLY) & 0xFFFFFFFF))
    opened.setblocking(False)
    return opened


def open_datagrams(what: str, address: str, port: int, key: str) -> socket.socket:
    """Open a UDP socket, such as TFTP's; `key` is where the configuration sets it."""
    where = _place(what, address, port)
    opened = _udp(where)
    try:
        opened.bind((address or "0.0.0.0", port))
    except OSError as error:
        opened.close()
        raise _told(where, error, key) from None
    return opened


def open_stream(what: str, address: str, port: int, key: str) -> socket.socket:
    """Open a listening TCP socket."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((address or "0.0.0.0", port))
        opened.listen(1024)
    except OSError as error:
        opened.close()
        raise _told(_place(what, address, port), error, key) from None
    opened.setblocking(False)
    return opened


def open_unix(path: Path, mode: int) -> socket.socket:
    """Open a listening unix socket; one that a dead daemon left is replaced, anything else is not."""
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISSOCK(path.lstat().st_mode):
                raise CannotListen(f"{path} is in the way: it is not a socket. Remove it, or set api_socket.", 3)
            if _answers(path):
                raise CannotListen(f"{path} is in use by another daemon. Stop it, or set api_socket.", 6)
            path.unlink()
        opened.bind(str(path))
        path.chmod(mode)
        opened.listen(128)
    except CannotListen:
        opened.close()
        raise
    except OSError as error:
        opened.close()
        raise CannotListen(f"socket {path}: {error.strerror or error}. Set api_socket in [server].", 1) from None
    opened.setblocking(False)
    return opened


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _udp(where: str) -> socket.socket:
    try:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as error:
        raise _told(where, error, "") from None
    opened.setblocking(False)
    opened.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    try:
        opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except PermissionError:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    return opened


def _place(what: str, address: str, port: int) -> str:
    return f"{what} port {port} on {address}" if address else f"{what} port {port}"


def _told(where: str, error: OSError, key: str) -> CannotListen:
    if error.errno == errno.EADDRINUSE:
        return CannotListen(f"{where} is in use by another program. Stop it (ss -lpn shows it), or change {key}.", 6)
    if error.errno in (errno.EACCES, errno.EPERM):
        return CannotListen(
            f"{where} needs root or the right CAP_NET_BIND_SERVICE (process of user {os.geteuid()}). "
            f"Run as root, or choose a port above 1023 in {key}.",
            1,
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return CannotListen(f"{where}: this machine does not have that address. Correct {key}.", 3)
    return CannotListen(f"{where}: {error.strerror or error}.", 1)
