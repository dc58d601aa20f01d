"""A conf.py as the scripts process asks it: what a message brings its client, and how its reply shall look."""

from __future__ import annotations

import inspect
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringboot.compat.staticdhcpd.addresses import MAC, IPv4
from ringboot.compat.staticdhcpd.callbacks import Address, Statistics
from ringboot.compat.staticdhcpd.conf import Conf, load, place, said
from ringboot.compat.staticdhcpd.definition import Definition, definition_of, given_of, with_options
from ringboot.compat.staticdhcpd.packet import DHCPPacket
from ringboot.compat.staticdhcpd.reply import Reply
from ringboot.compat.staticdhcpd.world import Outside
from ringboot.dhcp import message
from ringboot.model.scripting import ANSWER, RESERVATION_OF, SEEN, Asked, Hook, Told

_KEPT = 4096  # messages between their two questions, and clients that are ignored
_WAIT = 5.0  # seconds after which a message that was not answered is counted as such
_RENEWING, _REBINDING = "REQUEST:RENEW", "REQUEST:REBIND"
_STRANGERS = ("REQUEST:INIT-REBOOT", _RENEWING, _REBINDING)
_ENDS = ("RELEASE", "DECLINE")


@dataclass(slots=True)
class Message:
    """One message on its way through the hooks."""

    asked: Asked
    packet: DHCPPacket
    method: str
    definition: Definition | None = None
    began: float = 0.0
    seconds: float = 0.0

    @property
    def mac(self) -> MAC:
        """Give the client's hardware address."""
        return self.packet.getHardwareAddress()

    def arguments(self) -> dict[str, Any]:
        """Give the arguments that every hook may name."""
        packet, method = self.packet, self.method
        if method in ("INFORM", "RELEASE"):
            client = packet.extractIPOrNone("ciaddr")
        else:
            client = None if method in ("DISCOVER", _RENEWING, _REBINDING) else packet.extractIPOrNone(50)
        return {
            "packet": packet,
            "method": method,
            "mac": self.mac,
            "client_ip": client,
            "relay_ip": packet.extractIPOrNone("giaddr"),
            "port": self.asked.port,
        }


class Site:
    """A conf.py that has begun."""

    def __init__(self, conf: Conf) -> None:
        """Take a conf.py that was read."""
        self.conf = conf
        self._name = conf.path.name
        self._config = conf.world.config
        self._outside = conf.world.outside
        self._waiting: OrderedDict[tuple[bytes, bytes, int], Message] = OrderedDict()
        self._ignored: OrderedDict[MAC, float] = OrderedDict()

    @classmethod
    def of(cls, path: Path, outside: Outside | None = None) -> Site:
        """Read a conf.py; ConfError names the line."""
        return cls(load(path, outside))

    @property
    def hooks(self) -> tuple[Hook, ...]:
        """Say which messages and replies concern the site: the hooks of `seen`, `look_up` and `answer`.

        The client of a device of ours, too, may stand in the site's database: it is looked up as soon as it is seen.
        """
        found = self.conf.hooks
        made = [Hook(SEEN, f"{self._name}:filterPacket")] if self._judges() else []
        if "handleUnknownMAC" in found or self.conf.database:
            made.append(Hook(SEEN, f"{self._name}:handleUnknownMAC"))
        if "loadDHCPPacket" in found or self.conf.world.callbacks.stats:
            made.append(Hook(ANSWER, f"{self._name}:loadDHCPPacket"))
        return tuple(made)

    def _judges(self) -> bool:
        config = self._config
        relays = not config.ALLOW_LOCAL_DHCP or not config.ALLOW_DHCP_RELAYS or config.ALLOWED_DHCP_RELAYS
        return bool("filterPacket" in self.conf.hooks or relays or config.NAK_RENEWALS)

    def asked(self, asked: Asked) -> Told:
        """Answer one question of dhcp; what raises is told with its line, and the site's policy decides."""
        began = time.perf_counter()
        try:
            if asked.what == RESERVATION_OF:
                told = self.seen(asked)
                told = told if told.drop or told.refuse else self.look_up(asked)
            else:
                told = self.answer(asked)
        except Exception as error:
            told = Told(asked.number, failed=self.why(error))
        return told._replace(seconds=time.perf_counter() - began)

    def why(self, error: Exception) -> str:
        """Say what a hook raised, and at which line of the site."""
        return f"{place(error, self.conf.path.parent) or self._name}: {said(error)}"

    def place(self, hook: str) -> str:
        """Say where a hook is written: "conf.py:12"; where it is not, what it would be called."""
        function = vars(self.conf.module).get(hook)
        code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
        if code is None:
            return f"{self._name} ({hook})"
        return f"{Path(code.co_filename).name}:{code.co_firstlineno}"

    # Before the decision

    def seen(self, asked: Asked) -> Told:
        """Judge a message by the settings and filterPacket: is it answered at all?"""
        at = self._begin(asked)
        if not at.method or not self._ours(at):
            return Told(asked.number)
        stopped = self._policy(at) or self._filtered(at)
        if stopped:
            self._count(at, processed=False)
            return Told(asked.number, drop=f"{self._name}:{stopped}")
        config = self._config
        if config.NAK_RENEWALS and (at.method == _RENEWING or (at.method == _REBINDING and config.AUTHORITATIVE)):
            return self._refused(at)
        self._wait(at)
        return Told(asked.number)

    def look_up(self, asked: Asked) -> Told:
        """Find what the site's database or handleUnknownMAC gives to the client of a message that passed."""
        at = self._begin(asked)
        if not at.method or not self._ours(at):
            return Told(asked.number)
        if asked.given is not None and at.method not in _ENDS:  # a reservation of ours; hooks see it as a definition
            at.definition = definition_of(asked.given, 0) if asked.given.address else None
            self._wait(at)
            return Told(asked.number)
        at.definition, origin = self._definition(at)
        if at.method in _ENDS:  # extensions take back what is released
            self._count(at, processed=True)
            return Told(asked.number)
        if at.definition is not None:
            self._wait(at)
            given = given_of(at.definition, f"{self._name}:{origin}")
            return Told(asked.number, given=with_options(given, _set_by_hooks(at)))
        if asked.known or asked.lease or at.method not in _STRANGERS:
            self._wait(at)
            return Told(asked.number)
        if self._config.AUTHORITATIVE:
            return self._refused(at)
        self._count(at, processed=False)  # another server's client, for all we know
        return Told(asked.number, drop=f"{self._name}:AUTHORITATIVE")

    def _begin(self, asked: Asked) -> Message:
        """Give the message that a question is about: the one of the stage before, or a new one."""
        packet = DHCPPacket(asked.message)
        at = self._waiting.pop(_key(packet), None)
        if at is None or at.asked.message != asked.message:
            at = Message(asked, packet, _method(packet, asked), began=time.perf_counter())
        at.asked, at.method = asked, _method(packet, asked)
        return at

    def _refused(self, at: Message) -> Told:
        self._wait(at)
        return Told(at.asked.number, refuse=True)

    def _ours(self, at: Message) -> bool:
        """Tell whether a message is for us, where it names a server."""
        server = at.packet.extractIPOrNone(54)
        if server is None or at.method not in ("REQUEST:SELECTING", *_ENDS):
            return True
        return str(server) in at.asked.locals or server == self._config.DHCP_SERVER_IP

    def _policy(self, at: Message) -> str:
        config = self._config
        relay = at.packet.extractIPOrNone("giaddr")
        if relay is None:
            return "" if config.ALLOW_LOCAL_DHCP else "ALLOW_LOCAL_DHCP"
        if not config.ALLOW_DHCP_RELAYS:
            return "ALLOW_DHCP_RELAYS"
        allowed = config.ALLOWED_DHCP_RELAYS
        return "" if not allowed or any(relay == each for each in allowed) else "ALLOWED_DHCP_RELAYS"

    def _filtered(self, at: Message) -> str:
        """Ask filterPacket; whom it answers with None is ignored for a while."""
        now = self._outside.utc()
        until = self._ignored.get(at.mac, 0.0)
        if now < until <= now + self._config.UNAUTHORIZED_CLIENT_TIMEOUT:  # not for ever, when the clock was set back
            return "UNAUTHORIZED_CLIENT_TIMEOUT"
        hook = self.conf.hooks.get("filterPacket")
        if hook is None:
            return ""
        passed = hook(at.arguments())
        if passed is None:
            self._ignored[at.mac] = now + self._config.UNAUTHORIZED_CLIENT_TIMEOUT
            self._ignored.move_to_end(at.mac)
            while len(self._ignored) > _KEPT:
                self._ignored.popitem(last=False)
        return "" if passed else "filterPacket"

    def _definition(self, at: Message) -> tuple[Definition | None, str]:
        """Look a client up, ask handleUnknownMAC, and choose among several."""
        found: Any = self.conf.database.lookupMAC(at.mac) if self.conf.database else None
        origin = "DATABASE_ENGINE"
        if not found and "handleUnknownMAC" in self.conf.hooks:
            found, origin = self.conf.hooks["handleUnknownMAC"](at.arguments()), "handleUnknownMAC"
        if isinstance(found, list | tuple | set | frozenset):
            choose = self.conf.hooks.get("filterRetrievedDefinitions")
            if choose is None:
                raise ValueError(f"{len(found)} definitions of {at.mac}, and no filterRetrievedDefinitions")
            found, origin = choose({"definitions": list(found), **at.arguments()}), "filterRetrievedDefinitions"
        if found and not isinstance(found, Definition):
            raise TypeError(f"{origin} gave {found!r}, which is no Definition")
        return found or None, origin

    # After the decision

    def answer(self, asked: Asked) -> Told:
        """Let loadDHCPPacket change the reply that is about to leave."""
        at = self._begin(asked)
        packet = DHCPPacket(asked.message)
        reply = Reply(asked.reply, packet, at.definition or self._of_reply(asked))
        told = Told(asked.number)
        hook = self.conf.hooks.get("loadDHCPPacket")
        if hook is not None and reply.packet.kind in (message.OFFER, message.ACK):
            reply.packet.meta = packet.meta = at.packet.meta
            at.packet = packet
            arguments = at.arguments() | {"packet": reply.packet, "source_packet": packet.copy()}
            arguments |= {"definition": reply.definition, "pxe_port": self._config.PROXY_PORT}
            if not hook(arguments):
                told = Told(asked.number, drop=f"{self._name}:loadDHCPPacket")
            else:
                told = Told(asked.number, reply=reply.octets())
        self._count(at, processed=not told.drop, ip=reply.packet.extractIPOrNone("yiaddr"))
        return told

    def _of_reply(self, asked: Asked) -> Definition:
        """Give what a client gets that our reservations or pools serve, as a definition."""
        answer = DHCPPacket(asked.reply)
        lease_time = answer.getOption(51, convert=True) or 0
        if asked.given is not None and asked.given.address:
            return definition_of(asked.given, lease_time)
        address = answer.extractIPOrNone("yiaddr") or answer.extractIPOrNone("ciaddr") or IPv4(0)
        options = {str(code): answer.getOption(code, convert=True) for code in (1, 3, 6, 12, 15, 28, 42)}
        return Definition(
            str(address), lease_time, asked.network, 0, options["12"], options["3"], options["1"], options["28"],
            options["15"], options["6"], options["42"],
        )  # fmt: skip

    # What is told

    def tick(self) -> None:
        """Call what wants to be called once a second; the first that raises is raised when all were called."""
        now = time.perf_counter()
        for key, at in list(self._waiting.items()):
            if now - at.began > _WAIT:
                self._waiting.pop(key)
                self._count(at, processed=False)
        self._call(self.conf.world.callbacks.tick)

    def reinitialise(self) -> None:
        """Begin afresh: the database forgets what it keeps, handlers are called."""
        database = self.conf.database
        self._call([*([database.reinitialise] if database else ()), *self.conf.world.callbacks.reinit])

    def _call(self, handlers: list[Any], *arguments: Any) -> None:
        first: Exception | None = None
        for handler in list(handlers):
            try:
                handler(*arguments)
            except Exception as error:
                first = first or error
        if first is not None:
            raise first

    def _wait(self, at: Message) -> None:
        """Keep a message until its reply is asked about."""
        at.seconds = time.perf_counter() - at.began
        self._waiting[_key(at.packet)] = at
        while len(self._waiting) > _KEPT:
            self._count(self._waiting.popitem(last=False)[1], processed=False)

    def _count(self, at: Message, *, processed: bool, ip: IPv4 | None = None) -> None:
        handlers = self.conf.world.callbacks.stats
        if not handlers:
            return
        definition, packet = at.definition, at.packet
        peer = Address(IPv4(at.asked.peer) if at.asked.peer else None, 68)
        subnet, serial = (definition.subnet, definition.serial) if definition else (None, None)
        client = ip or (definition.ip if definition else packet.extractIPOrNone("ciaddr"))
        spent = at.seconds or time.perf_counter() - at.began
        row = Statistics(peer, at.mac, client, subnet, serial, at.method, spent, processed, at.asked.port)
        self._call(handlers, row)


def _key(packet: DHCPPacket) -> tuple[bytes, bytes, int]:
    return bytes(packet.getOption("xid")), bytes(packet.getOption("chaddr")), packet.kind


def _set_by_hooks(at: Message) -> dict[int, bytes]:
    """Give the options that hooks set in the request: they were the reply's once, so they are meant for it."""
    before = DHCPPacket(at.asked.message).options
    return {code: octets for code, octets in at.packet.options.items() if before.get(code) != octets}


def _method(packet: DHCPPacket, asked: Asked) -> str:
    """Name the message as hooks know it; nothing when it is none that they know."""
    if packet.kind != message.REQUEST:
        return message.NAMES.get(packet.kind, "")
    server, current = packet.extractIPOrNone(54), packet.extractIPOrNone("ciaddr")
    requested = packet.extractIPOrNone(50)
    if server and not current:
        return "REQUEST:SELECTING"
    if server is None and not current and requested:
        return "REQUEST:INIT-REBOOT"
    if server is None and current and requested is None:
        direct = asked.unicast and packet.extractIPOrNone("giaddr") is None
        return _RENEWING if direct else _REBINDING
    return ""
