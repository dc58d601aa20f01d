"""A hardware address as scripts see it: text that compares in any spelling."""

from __future__ import annotations

from ringboot.model.address import mac_octets, mac_text


class MAC(str):
    """A MAC; as text it is `00:08:5d:2e:ec:fb`, and any spelling of it is equal to it."""

    __slots__ = ()

    def __new__(cls, text: str | bytes) -> MAC:
        """Read any spelling, or octets; ValueError.  A client without a MAC has an empty one."""
        if isinstance(text, bytes):
            return super().__new__(cls, mac_text(text))
        return super().__new__(cls, mac_text(mac_octets(text)) if text else "")

    @property
    def bare(self) -> str:
        """Its digits alone: `00085d2eecfb`."""
        return str.replace(self, ":", "")

    @property
    def oui(self) -> str:
        """The digits of its maker: `00085d`."""
        return self.bare[:6]

    @property
    def octets(self) -> bytes:
        """Its octets."""
        return bytes.fromhex(self.bare)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str) and not isinstance(other, MAC):
            try:
                return str.__eq__(self, MAC(other))
            except ValueError:
                return False
        return isinstance(other, str) and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__
