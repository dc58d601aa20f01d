"""The reply of dhcp as `loadDHCPPacket` gets it, and what of its changes is sent."""

from __future__ import annotations

from ringboot.compat.staticdhcpd.definition import Definition, texts_of
from ringboot.compat.staticdhcpd.packet import ALWAYS, DHCPPacket
from ringboot.dhcp import message, options

# Of a request these options do not show in its reply; all others are there to be read
_TAKEN_AWAY = frozenset({22, 43, 50, 51, 52, 53, 54, 55, 57, 58, 59, 60, 61, 93, 94, 97, 118, 124, 125})
_PROTOCOL = frozenset({51, 53, 54, 61, 82})  # are there whatever a script selects


class Reply:
    """A reply, the options of its definition, and those of the request that scripts look for in it.

    The reply's own options are sent; one that a script sets when it is selected: when the client asked for it, or the
    script forces it.  What merely came from the request is not sent back (RFC 2131 table 3).
    """

    def __init__(self, octets: bytes, request: DHCPPacket, definition: Definition) -> None:
        """Take the reply as it would leave, and what it answers."""
        self.definition = definition
        own = DHCPPacket(octets)
        self._own = dict(own.options)
        self._echo = {
            code: value for code, value in request.options.items() if code not in _TAKEN_AWAY and code not in self._own
        }
        if own.kind == message.NAK:
            self._echo = {}
        said = {} if own.kind == message.NAK else options.build(texts_of(definition))
        self._said = {code: value for code, value in said.items() if code not in self._own}
        self.packet = DHCPPacket(octets, self._echo | self._said)
        wanted = request.getOption(55)
        if wanted:
            self.packet.setSelectedOptions(added=set(wanted) | ALWAYS)
        self._all = not wanted
        self._selected = set(self.packet.selected or ())
        self._before = self._sent()

    def octets(self) -> bytes:
        """Give the reply as it shall leave; nothing when a script changed nothing of it."""
        after = self._sent()
        return b"" if after == self._before else message.encode(after)

    def _sent(self) -> message.Message:
        packet = self.packet
        return packet.message({code: value for code, value in packet.options.items() if self._goes(code, value)})

    def _goes(self, code: int, value: bytes) -> bool:
        selected = packet_selects(self.packet, code)
        if code in _PROTOCOL and code in self._own:
            return True
        if code in self._own:
            unasked = not self._all and code not in self._selected
            return selected or unasked  # unasked from the start: the daemon had its reasons
        if self._echo.get(code) == value and code not in self._said:
            return not self._all and code in (self.packet.selected or set()) - self._selected
        if self._said.get(code) == value and self.packet.kind == message.NAK:
            return False
        return selected


def packet_selects(packet: DHCPPacket, code: int) -> bool:
    """Tell whether an option is sent when it is there."""
    return packet.selected is None or code in packet.selected
