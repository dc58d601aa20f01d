"""The book of machines that boot from the network, as the fleet uses it; `store` keeps it."""

from __future__ import annotations

from typing import Protocol

from ringboot.model.machine import Machine


class MachineBook(Protocol):
    """How far each machine is, and which of its one-shot URLs were used."""

    def get(self, device: str) -> Machine | None:
        """Give that of a device."""

    def of_word(self, digest: str) -> Machine | None:
        """Give the one whose word has this SHA-256."""

    def all(self) -> dict[str, Machine]:
        """Give all by their device."""

    def put(self, machine: Machine) -> None:
        """Add one or replace it."""

    def remove(self, device: str) -> None:
        """Forget it, and what it has used."""

    def is_used(self, device: str, name: str) -> bool:
        """Tell whether a one-shot URL of it was used."""

    def use(self, device: str, name: str, utc: float) -> None:
        """Note that one was used."""

    def unuse(self, device: str, name: str) -> None:
        """Let one be used again: its file did not arrive."""

    def freshen(self, device: str) -> None:
        """Let all of them be used again: they have another word."""
