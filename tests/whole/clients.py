"""Real DHCP clients on a machine of the lab: busybox udhcpc, ISC dhclient, dhcpcd, systemd-networkd."""

from __future__ import annotations

import re
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from tests.whole.daemon import wait_until
from tests.whole.lab import Machine, Seen, Tap

NETWORKD = "/lib/systemd/systemd-networkd"
PROGRAMS = ("busybox", "udhcpc", "dhclient", "dhcpcd", NETWORKD)

# What the clients call when something happened.  dhcpcd sets the address itself; for the others this does.
_HOOK = """#!/bin/sh
reason=${{reason:-$1}}
address=${{new_ip_address:-$ip}}
case $reason in
  BOUND|REBOOT)
    {check}
    ip address replace $new_ip_address/$new_subnet_mask dev $interface
    [ -z "$new_routers" ] || ip route replace default via $new_routers dev $interface ;;
  bound)
    ip address replace $ip/$mask dev $interface
    [ -z "$router" ] || ip route replace default via $router dev $interface ;;
  deconfig|EXPIRE|RELEASE|FAIL) ip address flush dev $interface ;;
esac
env | grep ^new_ >{told}
echo $reason $address >>{events}
exit 0
"""
# As the script of dhclient does on other systems: Debian's leaves it out.  The exit code makes dhclient decline.
_ASK_WHO_HAS_IT = "busybox arping -D -q -c 1 -w 1 -I $interface $new_ip_address || exit 1"


class Client(ABC):
    """A DHCP client on a machine; it keeps its memory between starts."""

    name: str
    reboots = True  # it remembers its lease, and asks for it when it starts again (INIT-REBOOT)
    may_ask_for_broadcast = True  # it can be told to set the flag (RFC 2131 4.1)

    def __init__(self, machine: Machine, folder: Path, *, broadcast: bool = False) -> None:
        self.machine = machine
        self._broadcast = broadcast
        self._folder = folder / f"{self.name}-{machine.mac[-2:]}"
        self._folder.mkdir(parents=True)
        self._events = self._folder / "events"
        self._events.touch()
        self._process: subprocess.Popen[bytes] | None = None
        self._hook = self._folder / "hook"
        self.set_up(checks=False)

    @property
    def tap(self) -> Tap:
        """Hear what passes on its machine's wire."""
        return self.machine.tap

    def __repr__(self) -> str:
        """Say who it is."""
        return f"{self.name} {self.machine.mac}"

    def set_up(self, *, checks: bool) -> None:
        """Write what the program reads; `checks`: it is to see by ARP whether somebody has its address."""
        self._checks = checks
        self._hook.write_text(
            _HOOK.format(events=self._events, told=self._folder / "told", check=_ASK_WHO_HAS_IT if checks else ":")
        )
        self._hook.chmod(0o755)

    @abstractmethod
    def command(self) -> list[str]:
        """Give the command that runs it in the foreground."""

    @abstractmethod
    def release(self) -> None:
        """Have it give its address back and end."""

    def start(self) -> None:
        """Start it."""
        with (self._folder / "log").open("ab") as log:
            self._process = self.machine.start(self.command(), log)

    def lose_power(self) -> None:
        """End it as a power cut does: nobody hears of it, and the machine has no address afterwards."""
        assert self._process is not None
        self.machine.lose_power()
        self._process.wait()

    def events(self) -> list[tuple[str, str]]:
        """Give what it told its hook so far: what happened, and its address then."""
        rows = (line.partition(" ") for line in self._events.read_text().splitlines())
        return [(reason, address) for reason, _, address in rows]

    def told(self, name: str) -> str:
        """Give what its hook was told last, by the client's own name of an option."""
        rows = (line.partition("=") for line in (self._folder / "told").read_text().splitlines())
        return next(value for key, _, value in rows if key == f"new_{name}")

    def wait_for(self, *reasons: str, after: int = 0) -> str:
        """Wait until one of these happens, later than so many events; gives the address."""

        def happened() -> list[str]:
            return [address for reason, address in self.events()[after:] if reason in reasons]

        found: list[str] = wait_until(happened, f"{self} to say {' or '.join(reasons)}", say=self.story)
        return found[0]

    def wait_until_bound(self, after: int = 0) -> str:
        """Wait until it has set an address, and give that."""
        return self.wait_for("bound", "BOUND", "REBOOT", after=after)

    def wait_to_see(self, wanted: Callable[[list[Seen]], bool], what: str) -> list[Seen]:
        """Wait until what passed on the wire is as wanted, and give it."""
        wait_until(lambda: wanted(self.tap.seen()), f"{self} {what}", say=self.story)
        return self.tap.seen()

    def story(self) -> str:
        """Tell all that is known, for a test that failed."""
        wire = "\n  ".join(map(repr, self.tap.seen()))
        return f"\n{self}: {self.events()}\n  {wire}\n{(self._folder / 'log').read_text(errors='replace')[-3000:]}"

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(20)


class Udhcpc(Client):
    """busybox udhcpc.  It waits 16 s at least before it renews, whatever the lease says."""

    name = "udhcpc"
    reboots = False

    def command(self) -> list[str]:
        """Give the command."""
        checks = ["-a500"] if self._checks else []
        return [
            "busybox", "udhcpc", "-f", "-i", self.machine.interface, "-s", str(self._hook), "-t", "9", "-T", "1",
            "-A", "1", *checks, *(["-B"] if self._broadcast else []),
        ]  # fmt: skip

    def renew_now(self) -> None:
        """Send SIGUSR1: renew, and when nobody answers three times, rebind."""
        assert self._process is not None
        self._process.send_signal(signal.SIGUSR1)

    def release(self) -> None:
        """Send SIGUSR2, which releases; then it would wait for another signal."""
        released = len(self.events())
        assert self._process is not None
        self._process.send_signal(signal.SIGUSR2)
        self.wait_for("deconfig", after=released)
        self._end(signal.SIGTERM)


class Dhclient(Client):
    """ISC dhclient.  It spreads renewals: after 3/4 of the time at the earliest, of what option 58 says.

    It sets the broadcast flag only where it cannot hear frames, which on Linux it always can; nothing forces it to.
    """

    name = "dhclient"
    may_ask_for_broadcast = False
    more = ""  # of its configuration

    def set_up(self, *, checks: bool) -> None:
        """Write its configuration."""
        super().set_up(checks=checks)
        (self._folder / "conf").write_text(
            f"timeout 20; retry 1; initial-interval 1; backoff-cutoff 1; select-timeout 0; reboot 5;\n{self.more}"
        )
        (self._folder / "leases").touch()

    def command(self) -> list[str]:
        """Give the command."""
        return ["dhclient", "-d", *self._common()]

    def release(self) -> None:
        """Run it once more, with -r: that one releases, and ends the other."""
        assert self._process is not None
        with (self._folder / "log").open("ab") as log:
            self.machine.run(["dhclient", "-r", *self._common()], log)
        self._process.wait(20)

    def _common(self) -> list[str]:
        files = [f"{option} {self._folder / name}" for option, name in (("-cf", "conf"), ("-lf", "leases"))]
        return [
            "-4", "-v", *" ".join(files).split(), "-pf", str(self._folder / "pid"), "-sf", str(self._hook),
            self.machine.interface,
        ]  # fmt: skip


class Dhcpcd(Client):
    """dhcpcd.  It takes no lease for shorter than 20 s; times of renewal are options 58 and 59."""

    name = "dhcpcd"

    rapid = False  # it asks for rapid commit (RFC 4039)

    def set_up(self, *, checks: bool) -> None:
        """Write its configuration, and make folders that stand in for the system's."""
        super().set_up(checks=checks)
        said = {"noarp": not checks, "option rapid_commit": self.rapid, "broadcast": self._broadcast}
        more = "".join(f"{word}\n" for word, holds in said.items() if holds)
        (self._folder / "conf").write_text(
            "clientid\npersistent\noption routers, subnet_mask\nrequire dhcp_server_identifier\nipv4only\nnoipv4ll\n"
            f"nodelay\nreboot 5\ntimeout 20\nscript {self._hook}\n{more}"
        )
        for name in ("lib", "run"):
            (self._folder / name).mkdir(exist_ok=True)

    def command(self) -> list[str]:
        """Give the command: it has its own /run and /var/lib, since their paths are compiled in."""
        hide = (
            f"mkdir -p /run/dhcpcd /var/lib/dhcpcd && mount --bind {self._folder}/run /run/dhcpcd "
            f"&& mount --bind {self._folder}/lib /var/lib/dhcpcd && exec dhcpcd -B -d -4 "
            f"-f {self._folder}/conf {self.machine.interface}"
        )
        return ["sh", "-c", hide]

    def release(self) -> None:
        """Send SIGALRM, which releases and ends it."""
        self._end(signal.SIGALRM)


class RapidDhcpcd(Dhcpcd):
    """dhcpcd that asks for rapid commit."""

    rapid = True


class SearchingDhclient(Dhclient):
    """dhclient of the vendor class "far", which asks for a search list; it takes 576 octets."""

    more = 'send vendor-class-identifier "far"; request subnet-mask, domain-search;\n'


class RoutedDhclient(Dhclient):
    """dhclient of the vendor class "far", which asks for routes by a name that it has to be told."""

    more = (
        "option ways code 121 = array of unsigned integer 8;\n"
        'send vendor-class-identifier "far"; request subnet-mask, ways;\n'
    )


class Networkd(Client):
    """systemd-networkd, which calls no hook: its log tells what it did.  It remembers nothing here.

    It takes neighbours away that it did not set itself, and looks for others with its address for 7 s.
    """

    name = "networkd"
    reboots = False

    def set_up(self, *, checks: bool) -> None:
        """Write its configuration."""
        super().set_up(checks=checks)
        words = {True: "yes", False: "no"}
        (self._folder / "c0.network").write_text(
            f"[Match]\nName={self.machine.interface}\n"
            "[Network]\nDHCP=ipv4\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nLLDP=no\n"
            f"[DHCPv4]\nSendDecline={words[checks]}\nRequestBroadcast={words[self._broadcast]}\n"
        )

    def command(self) -> list[str]:
        """Give the command: with a /run/systemd of its own, and a /sys that says that there is no udev to wait for."""
        place = "/run/systemd"
        hide = (
            f"mkdir -p {place} && mount -t tmpfs tmpfs {place} && mkdir {place}/network "
            f"&& install -m 644 {self._folder}/c0.network {place}/network && mount -o remount,bind,ro /sys "
            f"&& SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console exec {NETWORKD}"
        )
        return ["sh", "-c", hide]

    def events(self) -> list[tuple[str, str]]:
        """Give what its log says."""
        rows, address, renewing = [], "", False
        for line in (self._folder / "log").read_text(errors="replace").splitlines():
            if found := re.search(r"DHCPv4 address ([\d.]+)/\d+.* acquired", line):
                address = found[1]
            elif "DHCPv4 address and routes set" in line and not renewing:
                rows.append(("bound", address))
            elif found := re.search(r"DHCPv4 client: REQUEST \((\w+)\)", line):
                renewing = found[1] == "renewing"
            elif renewing and "DHCPv4 client: ACK" in line:
                rows.append(("renew", address))
        return rows

    def release(self) -> None:
        """Send SIGTERM: it releases when it ends."""
        self._end(signal.SIGTERM)


KINDS: tuple[type[Client], ...] = (Udhcpc, Dhclient, Dhcpcd)
