"""A machine that is made known, as the registration page sees it."""

from __future__ import annotations

from typing import NamedTuple


class Visitor(NamedTuple):
    """The machine at an address that we lease."""

    mac: str
    address: str
    network: str
    known: bool  # a device, or a machine with a reservation
    home: str = ""  # the address that is kept for it


class Registered(NamedTuple):
    """What a machine got; no network: it is known, and gets an address of the pools."""

    mac: str
    network: str = ""
    address: str = ""
    fresh: bool = True  # it was not known before


class Denied(NamedTuple):
    """Why nothing was done."""

    status: int  # as HTTP has it
    why: str


class Wording(NamedTuple):
    """What the page says and asks for; it may change by a reload."""

    title: str
    message: str
    guests: bool  # they may register their machine
    code: bool  # and must type a word for it
