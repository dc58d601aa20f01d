"""Which addresses each hardware address has; kept only where somebody may ask."""

from __future__ import annotations


class Hardware:
    """An index by MAC; most have one address, which then stands by itself, since there may be a million."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[bytes, int | tuple[int, ...]] = {}

    def add(self, mac: bytes, address: int) -> None:
        """Note that a MAC has an address."""
        if not mac:
            return
        held = self._held.get(mac)
        if held is None:
            self._held[mac] = address
        elif address not in self.of(mac):
            self._held[mac] = (*self.of(mac), address)

    def take(self, mac: bytes, address: int) -> None:
        """Note that it has the address no more."""
        left = tuple(other for other in self.of(mac) if other != address)
        if len(left) > 1:
            self._held[mac] = left
        elif left:
            self._held[mac] = left[0]
        else:
            self._held.pop(mac, None)

    def of(self, mac: bytes) -> tuple[int, ...]:
        """Give the addresses that a MAC has or had last."""
        held = self._held.get(mac, ())
        return held if isinstance(held, tuple) else (held,)

    def __len__(self) -> int:
        return len(self._held)
