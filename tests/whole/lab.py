"""Wires for whole-program tests: namespaces for a server, for client machines, and for real relay agents between.

server s0 10.9.0.1/24 -- bridge -- c0 of each machine on the floor
                           |
relay  near 10.9.0.2 ------+   far 10.9.1.1/24 -- bridge -- c0 of each machine in the branch
                                                    |
                         second  near 10.9.1.2 -----+   far 10.9.2.1/24 -- bridge -- c0 of each machine in the annex
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import itertools
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple, TypeVar

import pytest
from tests.whole.daemon import wait_until

from ringboot.dhcp.message import NAMES, BadPacket, Message, decode
from ringboot.model.address import ip_text, mac_text

SERVER, ROUTER, SECOND = "10.9.0.1", "10.9.1.1", "10.9.2.1"
FLOOR, BRANCH, ANNEX = "floor", "branch", "annex"
# How a configuration begins: `Daemon` names the places, and `[dhcp]` may go on.
HEAD = """
[server]
data = "DATA"
api_socket = "SOCKET"
[dhcp]
interfaces = ["s0"]
probe = false
"""

T = TypeVar("T")

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_ETH_P_ALL = 0x0003
_OUTGOING = 4  # PACKET_OUTGOING
_SIOCETHTOOL, _ETHTOOL_STXCSUM = 0x8946, 0x17
_SO_RCVBUFFORCE = 33
_count = itertools.count()


def needs(*programs: str) -> list[pytest.MarkDecorator]:
    """Mark tests that need root, and these programs beside `ip`; they skip where something is missing, and say what."""
    missing = [name for name in ("ip", *programs) if shutil.which(name) is None]
    why = "network namespaces need root" if os.geteuid() else f"not installed (tests/install-clients): {missing}"
    return [pytest.mark.root, pytest.mark.skipif(bool(os.geteuid() or missing), reason=why)]


def inside(namespace: str, make: Callable[[], T]) -> T:
    """Run a function in a namespace, in a thread that ends with it; the sockets it opens stay there."""
    made: list[T] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            with open(f"/run/netns/{namespace}") as handle:
                if _libc.setns(handle.fileno(), _CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), f"cannot enter namespace {namespace}")
            made.append(make())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    for error in failed:
        raise error
    return made[0]


class Seen(NamedTuple):
    """A DHCP message on a machine's wire."""

    kind: str
    source: str
    to: str
    message: Message
    hardware: str  # whom the frame is for

    def __repr__(self) -> str:
        """Write it as one reads a capture."""
        m = self.message
        named = ip_text(int.from_bytes(m.options[50], "big")) if 50 in m.options else "-"
        chosen = ip_text(int.from_bytes(m.options[54], "big")) if 54 in m.options else "-"
        return (
            f"{self.kind} {self.source} > {self.to} ({self.hardware}) flags={m.flags:04x} "
            f"ci={ip_text(m.ciaddr)} yi={ip_text(m.yiaddr)} asked={named} server={chosen}"
        )


class Tap:
    """Hear the DHCP messages from and to one machine; the kernel keeps them until they are read."""

    def __init__(self, namespace: str, interface: str, mac: bytes) -> None:
        def listen() -> socket.socket:
            opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 4 << 20)
            opened.bind((interface, _ETH_P_ALL))
            opened.setblocking(False)
            return opened

        self._mac = mac
        self._socket = inside(namespace, listen)
        self._seen: list[Seen] = []

    def seen(self, *kinds: str) -> list[Seen]:
        """Give what passed so far, in order; only these kinds, when some are named."""
        with contextlib.suppress(BlockingIOError):
            while True:
                seen = _read(self._socket.recv(65536))
                if seen is not None and seen.message.chaddr == self._mac:
                    self._seen.append(seen)
        return [each for each in self._seen if not kinds or each.kind in kinds]

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()


def _read(frame: bytes) -> Seen | None:
    if len(frame) < 42 or frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_UDP:
        return None
    udp = 14 + 4 * (frame[14] & 15)
    source, to, size = struct.unpack_from("!HHH", frame, udp)
    if {source, to} - {67, 68}:
        return None
    message = decode(frame[udp + 8 : udp + size])
    assert not isinstance(message, BadPacket), f"a bad message on the wire: {message}, {frame.hex()}"
    return Seen(
        NAMES[message.kind],
        socket.inet_ntoa(frame[26:30]),
        socket.inet_ntoa(frame[30:34]),
        message,
        mac_text(frame[:6]),
    )


class Machine:
    """A client's machine: a namespace with the interface c0, which has no address yet."""

    interface = "c0"
    tap: Tap  # on its present wire
    gateway: str

    def __init__(self, lab: Lab, namespace: str, mac: str) -> None:
        self._lab = lab
        self.namespace, self.mac = namespace, mac
        self.is_plugged = False

    def ip(self, arguments: str) -> str:
        """Run `ip` in here."""
        return _ip("-n", self.namespace, *arguments.split())

    def start(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program in here; the lab ends it, if nobody else does."""
        return self._lab.start(self.namespace, command, log)

    def run(self, command: list[str], log: IO[bytes]) -> int:
        """Run a program in here, until it ends."""
        return subprocess.run(_in(self.namespace, command), check=False, stdout=log, stderr=log, timeout=30).returncode

    @property
    def address(self) -> str | None:
        """Give the address that the interface has."""
        words = self.ip(f"-4 -o address show dev {self.interface}").split()
        return words[3].partition("/")[0] if words else None

    def lose_power(self) -> None:
        """End all that runs in here, and forget the address."""
        wait_until(lambda: not _kill_all(self.namespace), f"{self.namespace} to be empty")
        self.ip(f"address flush dev {self.interface}")

    def cut_off(self) -> None:
        """Let unicast to the server go nowhere: the next hop's hardware address is nobody's.  Broadcast arrives."""
        self.ip(f"neigh replace {self.gateway} lladdr 02:00:00:00:ff:ff nud permanent dev {self.interface}")


class Lab:
    """The namespaces of one test or module; everything in them ends with it."""

    def __init__(self, folder: Path) -> None:
        self._name = f"rbw-{os.getpid()}-{next(_count)}"
        self._folder = folder
        self._namespaces: list[str] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._taps: list[Tap] = []
        self._numbers = itertools.count(1)
        self.server = f"{self._name}-server"
        self.relay, self.second = f"{self._name}-relay", f"{self._name}-second"
        self._hubs = {
            FLOOR: (self.server, "s0", SERVER),
            BRANCH: (self.relay, "far", ROUTER),
            ANNEX: (self.second, "far", SECOND),
        }

    def __enter__(self) -> Lab:
        try:
            self._namespace(self.server)
            _ip(*f"-n {self.server} link add s0 address 02:00:00:00:00:01 type bridge mcast_snooping 0".split())
            _ip(*f"-n {self.server} address add {SERVER}/24 dev s0".split())
            _ip(*f"-n {self.server} link set s0 up".split())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add_relay(self) -> None:
        """Add a branch behind a real relay agent, which appends option 82."""
        self._add_relay(self.relay, self.server, "s0", near="10.9.0.2", far=ROUTER, upstream=SERVER)
        self.ip_there(self.server, "route add 10.9.1.0/24 via 10.9.0.2")

    def add_second_relay(self) -> None:
        """Add an annex of the branch behind a relay agent that knows of the branch's only."""
        self._add_relay(self.second, self.relay, "far", near="10.9.1.2", far=SECOND, upstream=ROUTER)
        self.ip_there(self.second, f"route add default via {ROUTER}")
        self.ip_there(self.relay, "route add 10.9.2.0/24 via 10.9.1.2")
        self.ip_there(self.server, "route add 10.9.2.0/24 via 10.9.0.2")

    def _add_relay(self, name: str, hub: str, bridge: str, *, near: str, far: str, upstream: str) -> None:
        self._namespace(name)
        number = "f" + far.split(".")[2]
        for words in (
            f"link add far address 02:00:00:00:{number}:01 type bridge mcast_snooping 0",
            f"address add {far}/24 dev far",
            "link set far up",
        ):
            _ip("-n", name, *words.split())
        self._wire(hub, bridge, name, "near", f"02:00:00:00:{number}:02")
        _ip(*f"-n {name} address add {near}/24 dev near".split())
        inside(name, lambda: Path("/proc/sys/net/ipv4/ip_forward").write_text("1"))
        log = self._folder / f"dhcrelay-{number}.log"
        with log.open("wb") as file:
            command = ["dhcrelay", "-4", "-d", "--no-pid", "-a", "-m", "forward", "-iu", "near", "-id", "far", upstream]
            agent = self.start(name, command, file)
        wait_until(lambda: b"Sending on   Socket/fallback" in log.read_bytes() or agent.poll(), "dhcrelay to listen")
        assert agent.poll() is None, log.read_text()

    def listen(self, interface: str, machine: Machine) -> Tap:
        """Hear at the server what is said from and to one machine, through whatever relays."""
        tap = Tap(self.server, interface, bytes.fromhex(machine.mac.replace(":", "")))
        self._taps.append(tap)
        return tap

    def machine(self, place: str = FLOOR) -> Machine:
        """Add a machine on the server's floor, in the branch, or in its annex."""
        number = next(self._numbers)
        namespace, mac = f"{self._name}-m{number}", mac_text(bytes((2, 0, 0, 0, 2, number)))
        self._namespace(namespace)
        machine = Machine(self, namespace, mac)
        self.plug(machine, place)
        return machine

    def plug(self, machine: Machine, place: str) -> None:
        """Plug a machine in at one of these places; it may have been plugged in elsewhere."""
        if machine.is_plugged:
            machine.ip(f"link delete {machine.interface}")
        hub, bridge, gateway = self._hubs[place]
        self._wire(hub, bridge, machine.namespace, machine.interface, machine.mac)
        machine.is_plugged, machine.gateway = True, gateway
        machine.tap = Tap(machine.namespace, machine.interface, bytes.fromhex(machine.mac.replace(":", "")))
        self._taps.append(machine.tap)

    def join(self, interface: str, machine: Machine) -> None:
        """Join a machine to an interface of the server's that is made for it, with no address yet."""
        self._veth(self.server, interface, machine.namespace, machine.interface, machine.mac)
        self._up((self.server, interface), (machine.namespace, machine.interface))
        machine.tap = Tap(machine.namespace, machine.interface, bytes.fromhex(machine.mac.replace(":", "")))
        self._taps.append(machine.tap)

    def ip_there(self, namespace: str, arguments: str) -> None:
        """Run `ip` in a namespace."""
        _ip("-n", namespace, *arguments.split())

    def start(self, namespace: str, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a program in a namespace."""
        process = subprocess.Popen(_in(namespace, command), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._processes.append(process)
        return process

    def close(self) -> None:
        """End all that runs in the namespaces, and remove them."""
        for tap in self._taps:
            tap.close()
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        for namespace in self._namespaces:
            # What our programs left behind: dhcpcd has helpers of its own.
            wait_until(lambda name=namespace: not _kill_all(name), f"{namespace} to be empty")  # type: ignore[misc]
            _ip("netns", "delete", namespace)
        self._namespaces.clear()

    def _namespace(self, name: str) -> None:
        _ip("netns", "add", name)
        self._namespaces.append(name)
        inside(name, lambda: Path("/proc/sys/net/ipv6/conf/all/disable_ipv6").write_text("1"))
        _ip("-n", name, "link", "set", "lo", "up")

    def _wire(self, hub: str, bridge: str, namespace: str, interface: str, mac: str) -> None:
        port = "p" + mac[-5:].replace(":", "")
        self._veth(hub, port, namespace, interface, mac)
        _ip(*f"-n {hub} link set {port} master {bridge}".split())
        self._up((hub, port), (namespace, interface))

    def _veth(self, hub: str, port: str, namespace: str, interface: str, mac: str) -> None:
        _ip(*f"link add {port} netns {hub} type veth peer name {interface} address {mac} netns {namespace}".split())
        for name, end in ((hub, port), (namespace, interface)):
            inside(name, lambda end=end: write_checksums(end))  # type: ignore[misc]

    def _up(self, *ends: tuple[str, str]) -> None:
        for name, end in ends:
            _ip(*f"-n {name} link set {end} up".split())
        # The kernel lets frames through a moment later, on a busy machine much later; until then it drops them.
        for name, end in ends:
            shown = f"-n {name} link show dev {end}".split()
            wait_until(lambda shown=shown: "state UP" in _ip(*shown), f"{end} to be up")  # type: ignore[misc]


def write_checksums(interface: str) -> None:
    """Have checksums computed: a client that reads frames would take a packet without one for a broken one."""
    value = ctypes.create_string_buffer(struct.pack("II", _ETHTOOL_STXCSUM, 0))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sP", interface.encode(), ctypes.addressof(value))
        fcntl.ioctl(any_socket, _SIOCETHTOOL, request)


def _kill_all(namespace: str) -> list[str]:
    pids = _ip("netns", "pids", namespace).split()
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    return pids


def _in(namespace: str, command: list[str]) -> list[str]:
    return ["ip", "netns", "exec", namespace, *command]


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"
    return done.stdout
