"""802.1Q sub-interfaces in the lab: the kernel's, or where it has none, a TAP device behind a tagger of ours."""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
import subprocess
import threading
from types import TracebackType

from tests.whole.lab import inside

_ETH_P_ALL, _TAG = 0x0003, b"\x81\x00"
_OUTGOING = 4  # PACKET_OUTGOING
_SOL_PACKET, _PACKET_AUXDATA = 263, 8
_AUXDATA = struct.Struct("=IIIHHHH")  # linux/if_packet.h: status len snaplen mac net vlan_tci vlan_tpid
_VLAN_VALID = 1 << 4
_TUNSETIFF, _TAP_WITHOUT_HEADER = 0x400454CA, 0x1002


class SubInterface:
    """The interface `<trunk>.<number>` in a namespace, up, with the trunk's hardware address, while `with` lasts."""

    def __init__(self, namespace: str, trunk: str, number: int) -> None:
        self.name = f"{trunk}.{number}"
        self._namespace, self._trunk, self._number = namespace, trunk, number
        self._tagger: _Tagger | None = None

    def __enter__(self) -> SubInterface:
        made = self._ip("link", "add", "link", self._trunk, "name", self.name, "type", "vlan", "id", str(self._number))
        if made.returncode:
            mac = self._ip("-o", "link", "show", "dev", self._trunk).stdout.partition("link/ether ")[2].split()[0]
            self._tagger = inside(self._namespace, lambda: _Tagger(self._trunk, self.name, self._number))
            assert self._ip("link", "set", self.name, "address", mac).returncode == 0
        assert self._ip("link", "set", self.name, "up").returncode == 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._tagger is not None:
            self._tagger.close()

    def _ip(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["ip", "-n", self._namespace, *words], check=False, capture_output=True, text=True)


class _Tagger:
    """Carries frames between a TAP device and a trunk; on the trunk they have the VLAN's tag."""

    def __init__(self, trunk: str, name: str, number: int) -> None:
        self._number = number
        self._tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self._tap, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TAP_WITHOUT_HEADER))
        self._trunk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._trunk.setsockopt(_SOL_PACKET, _PACKET_AUXDATA, 1)  # the kernel takes a tag off what it receives
        self._trunk.bind((trunk, _ETH_P_ALL))
        self._ended, self._end = os.pipe()
        self._thread = threading.Thread(target=self._carry)
        self._thread.start()

    def close(self) -> None:
        """End it; the device goes with it."""
        os.close(self._end)
        self._thread.join()
        os.close(self._ended)
        os.close(self._tap)
        self._trunk.close()

    def _carry(self) -> None:
        while True:
            ready, _, _ = select.select([self._tap, self._trunk.fileno(), self._ended], [], [])
            if self._ended in ready:
                return
            if self._tap in ready:
                frame = os.read(self._tap, 65536)
                self._trunk.send(frame[:12] + _TAG + self._number.to_bytes(2, "big") + frame[12:])
            if self._trunk.fileno() in ready:
                self._receive()

    def _receive(self) -> None:
        frame, more, _, whence = self._trunk.recvmsg(65536, 256)
        if whence[2] == _OUTGOING:
            return
        for level, kind, data in more:
            if (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA):
                status, *_, tag, _protocol = _AUXDATA.unpack(data[: _AUXDATA.size])
                if status & _VLAN_VALID and tag & 0xFFF == self._number:
                    os.write(self._tap, frame)
