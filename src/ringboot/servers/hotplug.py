"""The DHCP sockets of interfaces that come and go: opened when one is there, closed when it is not.

A socket belongs to the interface that had the name when it was opened; one that was deleted and made again has
another index, and needs another socket. The supervisor looks at that twice a second and hands dhcp what is new.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping, Sequence

from ringboot import log
from ringboot.servers.dhcp.port import SO_BINDTOIFINDEX
from ringboot.servers.listen import CannotListen, NoInterface, open_dhcp, open_frames


class HotPlug:
    """The sockets by interface; `look` is to be called again and again."""

    def __init__(self, interfaces: Sequence[str], port: int, pxe_port: int = 0) -> None:
        """Open what is there; CannotListen when that is not possible, but not because an interface is missing."""
        self._interfaces = tuple(interfaces)
        self._port = port
        self._pxe_port = pxe_port  # 0: none
        self._open: dict[str, dict[str, socket.socket]] = {}
        self._said: dict[str, str] = {}
        self.missing: list[NoInterface] = []  # at the start
        try:
            for name in self._interfaces:
                try:
                    self._plug(name)
                except NoInterface as error:
                    self.missing.append(error)
                    self._say(name, str(error))
        except CannotListen:
            self.close()
            raise

    @property
    def fds(self) -> dict[str, int]:
        """Give the descriptors by the names that the dhcp process knows them by."""
        return {name: each.fileno() for sockets in self._open.values() for name, each in sockets.items()}

    def look(self) -> dict[str, Mapping[str, int]]:
        """Give the interfaces whose sockets are others than before, with their descriptors; none: it is gone."""
        changed: dict[str, Mapping[str, int]] = {}
        for name in self._interfaces:
            sockets = self._open.get(name)
            if sockets is not None and _fit(name, sockets):
                continue
            if sockets is not None:
                self._unplug(name)
                changed[name] = {}
            try:
                self._plug(name)
            except CannotListen as error:
                self._say(name, str(error))
            else:
                self._said.pop(name, None)
                changed[name] = {key: each.fileno() for key, each in self._open[name].items()}
        return changed

    def close(self) -> None:
        """Close all."""
        for name in tuple(self._open):
            self._unplug(name)

    def _plug(self, name: str) -> None:
        sockets = {f"dhcp:{name}": open_dhcp(name, self._port)}
        if self._pxe_port:
            try:
                sockets[f"pxe:{name}"] = open_dhcp(name, self._pxe_port, "pxe_port")
            except CannotListen:
                sockets[f"dhcp:{name}"].close()
                raise
        if (frames := open_frames(name)) is not None:
            sockets[f"frame:{name}"] = frames
        else:
            log.get().warning(
                "no raw socket: clients without an address are answered by broadcast, and no address is probed",
                interface=name,
            )
        self._open[name] = sockets

    def _unplug(self, name: str) -> None:
        for each in self._open.pop(name).values():
            each.close()

    def _say(self, name: str, why: str) -> None:
        """Tell once why an interface is not served."""
        if self._said.get(name) != why:
            self._said[name] = why
            log.get().warning("interface is not served", interface=name, why=why)


def _fit(name: str, sockets: Mapping[str, socket.socket]) -> bool:
    """Say whether these sockets belong to the interface that has the name now."""
    index = 0
    with contextlib.suppress(OSError):
        index = socket.if_nametoindex(name)
    if not index or sockets[f"dhcp:{name}"].getsockopt(socket.SOL_SOCKET, SO_BINDTOIFINDEX) != index:
        return False
    frames = sockets.get(f"frame:{name}")
    # An interface that left and came back with its index has left the raw socket behind, which names none then.
    return frames is None or frames.getsockname()[0] == name
