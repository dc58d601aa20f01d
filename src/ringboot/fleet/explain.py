"""Where a boot stopped: from all that was seen of one device to the one step that did not happen.

The steps stand in the order in which a device takes them; the first check that has something to say decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ringboot import reasons
from ringboot.model.address import ip_text
from ringboot.model.device import Device, DeviceFile
from ringboot.model.event import Event
from ringboot.model.lease import BOUND, Lease
from ringboot.reasons import Reason

FOREIGN_FOR = 2 * 3600  # seconds that another server counts as being there: it is looked for every hour
_ONE_BOOT = 300.0  # seconds between two acknowledgements of one boot: loader and system ask, too
_LOOP = 2  # refusals in a row that are no accident

_GRANTED = {
    each.id
    for each in (
        reasons.ACKNOWLEDGED, reasons.ACKNOWLEDGED_SHORT, reasons.RENEWED, reasons.RENEWED_SHORT, reasons.INFORMED,
    )
}  # fmt: skip
_BOOTED = {reasons.ACKNOWLEDGED.id, reasons.ACKNOWLEDGED_SHORT.id}
_OFFERS = {reasons.OFFERED.id, reasons.OFFERED_UNHELD.id}
_NAKS = {reasons.NAK_WRONG_NETWORK.id, reasons.NAK_NOT_YOURS.id, reasons.NAK_INCOMPLETE.id, reasons.NAK_SCRIPT.id}
_NOISE = {
    row.id
    for row in (
        reasons.SUPERSEDED, reasons.BAD_PACKET, reasons.NOT_A_REQUEST,
        # steps on the way of a message, whose outcome stands beside
        reasons.SCRIPT_GAVE, reasons.SCRIPT_GAVE_NETWORK, reasons.SCRIPT_CHANGED, reasons.NO_ANSWER_SERVED,
    )
}  # fmt: skip
_STOPS: dict[str, Reason] = {
    reasons.NO_NETWORK.id: reasons.BOOT_NO_NETWORK,
    reasons.POOL_FULL.id: reasons.BOOT_POOL_FULL,
    reasons.OTHER_SERVER_CHOSEN.id: reasons.BOOT_OTHER_SERVER,
}
_GIVEN = {reasons.SERVED.id, reasons.NOT_MODIFIED.id}
_REFUSED = {
    row.id
    for row in (
        reasons.NOT_YOURS,
        reasons.NO_PROOF,
        reasons.CLAIM_CONTRADICTS,
        reasons.UNKNOWN_DEVICE,
        reasons.NO_PLUGIN,
        reasons.BAD_PATH,
        reasons.BAD_REQUEST,
        reasons.NOT_READABLE,
    )
}
_NOBODYS = {reasons.UNKNOWN_DEVICE.id, reasons.NO_PLUGIN.id}
# What the device's own explanation need not repeat of an event that tells it to anybody.
_SHORT = {
    reasons.CLAIM_CONTRADICTS.id: "it asked in the name of {claimed}",
    reasons.NOT_YOURS.id: "it belongs to {owner}",
    reasons.NO_PROOF.id: "it belongs to {owner}, and nothing proves that {peer} is that device",
    reasons.UNKNOWN_DEVICE.id: "no plugin knows what it says of itself, and nobody has added it",
    reasons.NO_PLUGIN.id: "no plugin makes its files",
}


class DhcpOutcome(NamedTuple):
    """What became of one DHCP message, as dhcp remembers it."""

    utc: float
    message: str  # DISCOVER, REQUEST ...
    reason: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """All that was seen of one device."""

    mac: str
    utc: float  # now
    device: Device | None = None
    leases: Sequence[Lease] = ()  # the newest first, also those that ran out
    outcomes: Sequence[DhcpOutcome] = ()  # the oldest first
    events: Sequence[Event] = ()  # its timeline, the newest first
    files: Sequence[DeviceFile] = ()  # its own
    foreign: Sequence[Event] = ()  # other DHCP servers that were met


class Said(NamedTuple):
    """What a device that no plugin knows said when it asked for files."""

    agents: tuple[str, ...]  # its User-Agents
    asks: tuple[str, ...]  # the files


class Diagnosis(NamedTuple):
    """The step where it stopped, or that it did not."""

    reason: Reason
    detail: dict[str, Any]
    because: str = ""  # the reason below it: the outcome that stopped it, whose advice is the better one

    @property
    def text(self) -> str:
        """Tell it."""
        return reasons.tell(self.reason.id, self.detail)

    @property
    def help(self) -> str:
        """Say what to do."""
        return reasons.advise(self.because, self.detail) or reasons.advise(self.reason.id, self.detail)


@dataclass(frozen=True, slots=True)
class _Story:
    """A case, sorted."""

    case: Case
    outcomes: Sequence[DhcpOutcome]  # that mean something, the oldest first
    asked: Sequence[Event]  # its own file requests, the oldest first
    fetched: Mapping[str, Event]  # its own files -> the last time that it got each
    since: Sequence[Event]  # after it last got a file of its own: the last time that it asked for each other one

    @property
    def live(self) -> bool:
        return any(_live(lease, self.case.utc) for lease in self.case.leases)

    def foreign(self) -> Diagnosis | None:
        """Blame another DHCP server, if there is one."""
        recent = [event for event in self.case.foreign if event.utc > self.case.utc - FOREIGN_FOR]
        if not recent:
            return None
        newest = max(recent, key=lambda event: event.utc)
        return Diagnosis(reasons.BOOT_FOREIGN_SERVER, dict(newest.detail))


def diagnose(case: Case) -> Diagnosis:
    """Name the step where a boot stopped."""
    story = _sorted(case)
    for check in _CHECKS:
        found = check(story)
        if found is not None:
            return found._replace(detail={"mac": case.mac, **found.detail})
    return Diagnosis(reasons.BOOT_DONE, {"mac": case.mac})


def met_between_boots(case: Case) -> list[Event]:
    """Give the other DHCP servers that were met since the device's last boot but one, the oldest first.

    Each at most twice: when it was met last before the last boot, and after it.  None when no boot was ever seen.
    """
    seen = sorted(
        [each.utc for each in case.outcomes if each.reason in _BOOTED] + [float(lease.start) for lease in case.leases]
    )
    boots = [utc for before, utc in zip([-_ONE_BOOT, *seen], seen, strict=False) if utc - before >= _ONE_BOOT][-2:]
    met = {
        (event.detail.get("server"), event.utc > boots[-1]): event
        for event in sorted(case.foreign, key=lambda event: event.utc)
        if boots and event.utc > boots[0]
    }
    return list(met.values())


def said_of(case: Case) -> Said:
    """Give what a device says as long as no plugin makes files for it, the newest first; each once."""
    if case.device is not None and case.device.plugin is not None:
        return Said((), ())
    its = [each for each in case.events if each.reason in _NOBODYS and _is_its_own(case, each)]
    agents, paths = ([str(each.detail.get(key) or "") for each in its] for key in ("agent", "path"))
    return Said(*(tuple(text for text in dict.fromkeys(texts) if text) for texts in (agents, paths)))


def _sorted(case: Case) -> _Story:
    seen = case.outcomes or _written_down(case)
    outcomes = sorted((each for each in seen if each.reason not in _NOISE), key=lambda each: each.utc)
    asked = sorted((event for event in case.events if _is_its_own(case, event)), key=lambda event: event.utc)
    own = {file.path for file in case.files}
    fetched: dict[str, Event] = {}
    since: dict[str, Event] = {}
    for event in asked:
        path = str(event.detail.get("path"))
        if event.reason in _GIVEN and path in own:
            fetched[path] = event
            since.clear()
        else:
            since.pop(path, None)
            since[path] = event
    return _Story(case, outcomes, asked, fetched, tuple(since.values()))


def _written_down(case: Case) -> list[DhcpOutcome]:
    """Give what stopped it before dhcp was restarted and forgot; a live lease says that it went on."""
    if any(_live(lease, case.utc) for lease in case.leases):
        return []
    rows = [(event, reasons.TABLE.get(event.reason)) for event in reversed(case.events)]
    return [
        DhcpOutcome(event.utc, "", event.reason, event.detail)
        for event, row in rows
        if row is not None and row.stage == "dhcp"
    ]


def _is_its_own(case: Case, event: Event) -> bool:
    """Tell whether the device asked, and not somebody in its name: that stands in its timeline too."""
    row = reasons.TABLE.get(event.reason)
    if row is None or not (row.stage == "file" or row is reasons.CLAIM_CONTRADICTS):
        return False
    if row is reasons.CLAIM_CONTRADICTS:
        return event.detail.get("proven") == case.mac
    if row is reasons.NOT_YOURS:
        return event.detail.get("mac") == case.mac
    addresses = {ip_text(lease.address) for lease in case.leases}
    return event.address is None or not addresses or event.address in addresses


def _live(lease: Lease, utc: float) -> bool:
    return lease.state == BOUND and lease.expiry > utc


def _dhcp(story: _Story) -> Diagnosis | None:
    if not story.outcomes:
        heard = story.case.leases or story.asked
        return None if heard else Diagnosis(reasons.BOOT_NO_DISCOVER, {})
    last = story.outcomes[-1]
    if last.reason in _GRANTED:
        return None
    granted = [place for place, each in enumerate(story.outcomes) if each.reason in _GRANTED]
    naks = [each for each in story.outcomes[granted[-1] + 1 if granted else 0 :] if each.reason in _NAKS]
    if len(naks) >= _LOOP and last.reason in _NAKS | _OFFERS:
        return Diagnosis(reasons.BOOT_NAK_LOOP, dict(naks[-1].detail))
    if last.reason in _STOPS:
        return Diagnosis(_STOPS[last.reason], dict(last.detail), last.reason)
    if last.reason in _OFFERS:
        return _offered(story, last)
    why = reasons.tell(last.reason, dict(last.detail))
    return Diagnosis(reasons.BOOT_NOT_ANSWERED, {**last.detail, "why": why}, last.reason)


def _offered(story: _Story, last: DhcpOutcome) -> Diagnosis | None:
    blamed = story.foreign()
    if blamed is not None:
        return blamed
    if story.live:
        return None
    address = last.detail.get("address", "an address")
    return Diagnosis(reasons.BOOT_NOT_ANSWERED, {"why": f"{address} was offered, and it did not ask for it"})


def _template(story: _Story) -> Diagnosis | None:
    device = story.case.device
    if device is None or device.problem is None:
        return None
    faults = (reasons.TEMPLATE_ERROR.id, reasons.RENDER_FAILED.id)
    because = next((event.reason for event in story.case.events if event.reason in faults), "")
    return Diagnosis(reasons.BOOT_TEMPLATE_ERROR, {"why": device.problem}, because)


def _no_file(story: _Story) -> Diagnosis | None:
    return None if story.asked else Diagnosis(reasons.BOOT_NO_FILE, {})


def _refused(story: _Story) -> Diagnosis | None:
    """Something was refused, or broke off, after the last file of its own."""
    for event in reversed(story.since):
        detail = dict(event.detail)
        if event.reason == reasons.NO_PROOF.id and not story.live:
            blamed = story.foreign()
            if blamed is not None:
                return blamed
        if event.reason in _REFUSED:
            short = _SHORT.get(event.reason)
            why = reasons.fill(short, detail) if short else reasons.tell(event.reason, detail)
            return Diagnosis(reasons.BOOT_FILE_REFUSED, {**detail, "why": why}, event.reason)
        if event.reason == reasons.BROKEN_OFF.id:
            return Diagnosis(reasons.BOOT_BROKEN_OFF, {"why": "the connection ended", **detail})
    return None


def _firmware(story: _Story) -> Diagnosis | None:
    for event in reversed(story.since):
        if event.reason == reasons.FIRMWARE_MISSING.id:
            return Diagnosis(reasons.BOOT_FIRMWARE_MISSING, dict(event.detail))
    return None


def _old(story: _Story) -> Diagnosis | None:
    present = {file.path: file.sha256 for file in story.case.files}
    for path, event in sorted(story.fetched.items()):
        if event.detail.get("sha256") != present[path]:
            return Diagnosis(reasons.BOOT_OLD_CONFIG, {"path": path})
    return None


def _nothing_of_its_own(story: _Story) -> Diagnosis | None:
    if story.fetched:
        return None
    for event in reversed(story.since):
        if event.reason == reasons.FILE_MISSING.id:
            return Diagnosis(reasons.BOOT_FILE_MISSING, dict(event.detail))
    return Diagnosis(reasons.BOOT_NO_OWN_FILE, {"path": story.asked[-1].detail.get("path", "?")})


_CHECKS: tuple[Callable[[_Story], Diagnosis | None], ...] = (
    _dhcp,
    _template,
    _no_file,
    _refused,
    _firmware,
    _old,
    _nothing_of_its_own,
)
