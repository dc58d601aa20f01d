"""Offered addresses: each waits for one client for a while, in memory only."""

from __future__ import annotations

from collections import OrderedDict
from math import inf
from typing import NamedTuple


class Offer(NamedTuple):
    """An address that is kept for a client until its REQUEST comes; `until` is on the steady clock."""

    network: str
    address: int
    key: bytes
    until: float
    probed: bool = True  # False: held while somebody asks whether the address is in use


class Withdraw(NamedTuple):
    """Take back what was offered to this client."""

    network: str
    key: bytes


class Offers:
    """The offers by address and by client; one address is offered to one client."""

    __slots__ = ("_is_mixed", "_soonest", "by_address", "by_client", "held")

    def __init__(self) -> None:
        self.by_address: OrderedDict[int, Offer] = OrderedDict()  # oldest first: the next to lapse
        self.by_client: dict[tuple[str, bytes], Offer] = {}
        self.held: dict[str, int] = {}  # how many there are in each network
        self._is_mixed = False  # an older one stands behind a younger one
        self._soonest = 0.0  # none lapses before this

    def put(self, offer: Offer) -> None:
        """Add an offer as the youngest; what it displaces was dropped."""
        self.held[offer.network] = self.held.get(offer.network, 0) + 1
        self.by_address[offer.address] = offer
        self.by_address.move_to_end(offer.address)
        self.by_client[offer.network, offer.key] = offer
        self._soonest = min(self._soonest, offer.until)

    def displaced_by(self, offer: Offer) -> tuple[Offer, ...]:
        """Give what stands in an offer's place: another of its address, another to its client."""
        of_address = self.by_address.get(offer.address)
        of_client = self.by_client.get((offer.network, offer.key))
        if of_address is None and of_client is None:
            return ()  # nearly always
        return tuple({each: None for each in (of_address, of_client) if each is not None})

    def restore(self, offer: Offer) -> None:
        """Put back an offer that was dropped."""
        self.put(offer)
        self._is_mixed = True

    def drop(self, offer: Offer) -> None:
        """Remove an offer that stands."""
        if self.by_address.get(offer.address) is offer:
            del self.by_address[offer.address]
            self.held[offer.network] -= 1
        if self.by_client.get((offer.network, offer.key)) is offer:
            del self.by_client[offer.network, offer.key]

    def lapsed(self, steady: float) -> list[int]:
        """Remove the offers whose time is over and name their addresses."""
        over: list[int] = []
        if steady < self._soonest:
            return over
        if self._is_mixed:
            self.by_address = OrderedDict(sorted(self.by_address.items(), key=lambda item: item[1].until))
            self._is_mixed = False
        while self.by_address:
            offer = next(iter(self.by_address.values()))
            if offer.until > steady:
                self._soonest = offer.until
                return over
            self.drop(offer)
            over.append(offer.address)
        self._soonest = inf
        return over
