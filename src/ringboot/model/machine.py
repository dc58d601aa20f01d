"""A machine that boots from the network: how far it is, and the word that opens its one-shot URLs."""

from __future__ import annotations

from dataclasses import dataclass

NEW = "new"  # recognised; it has not asked what to do
WAITING = "waiting"  # it asked, and a person has to say yes
INSTALLING = "installing"  # it may: its script installs it, until it calls home
DONE = "done"  # installed: it boots from its disk
STATES = (NEW, WAITING, INSTALLING, DONE)


@dataclass(frozen=True, slots=True)
class Machine:
    """One device of a plugin whose manifest has [machine]."""

    device: str
    state: str = NEW
    since: float = 0.0  # UTC seconds
    who: str = ""  # who let it be installed
    word: str = ""  # while it is installed: /once/<word>/<name> opens each of its files once
    digest: str = ""  # of the word
    asked: float | None = None  # when it last fetched its script
