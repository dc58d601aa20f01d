"""The decorators that make a function a hook."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar, overload

from ringboot.model import scripting
from ringboot.model.duration import seconds_of
from ringboot.scripts.answer import Answer
from ringboot.scripts.filters import Patterns, filters_of
from ringboot.scripts.lease import Lease
from ringboot.scripts.outside import Happening
from ringboot.scripts.query import Query
from ringboot.scripts.registry import Registered, Step, current
from ringboot.scripts.reservation import Refusal, Reservation
from ringboot.scripts.turn import Turn

F = TypeVar("F", bound=Callable[..., object])

Seen = Callable[[Query], bool | None]
Unknown = Callable[[Query], Reservation | Refusal | None]
Chosen = Callable[[Query, Reservation], Reservation | Refusal | None]
Answering = Callable[[Query, Answer], bool | None]
OfLease = Callable[[Lease], object]
OfDevice = Callable[[Happening], object]
Timed = Callable[[], object]

LEAST_PERIOD = 0.1  # seconds between two calls of a timer


class Kind(NamedTuple):
    """A row of the table of hooks."""

    name: str  # of the decorator
    kind: str  # of model.scripting
    arguments: tuple[str, ...]
    when: str
    gives: str  # what the result means


TABLE = (
    Kind(
        "seen", scripting.SEEN, ("query",), "A message came in, before anything is decided.",
        "False: it gets no answer.",
    ),
    Kind(
        "unknown", scripting.UNKNOWN, ("query",), "Nobody knows the client: no reservation, no device, no source.",
        "A Reservation; REFUSE: nothing, and a NAK for what it holds; None: as if there were no hook.",
    ),
    Kind(
        "chosen", scripting.CHOSEN, ("query", "reservation"), "A reservation was found, here or by a source.",
        "A Reservation to use instead; REFUSE; None: the one that was found.",
    ),
    Kind(
        "answer", scripting.ANSWER, ("query", "answer"), "An OFFER, ACK or NAK is about to leave.",
        "False: it does not leave. What was changed of `answer` is what leaves.",
    ),
    Kind("granted", scripting.GRANTED, ("lease",), "A client got an address.", ""),
    Kind("renewed", scripting.RENEWED, ("lease",), "A client renewed its lease.", ""),
    Kind("expired", scripting.EXPIRED, ("lease",), "A lease ran out.", ""),
    Kind("declined", scripting.DECLINED, ("lease",), "A client says that somebody else uses the address.", ""),
    Kind("released", scripting.RELEASED, ("lease",), "A client gave its address back.", ""),
    Kind("device_found", scripting.DEVICE_FOUND, ("happening",), "A device came that was not known before.", ""),
    Kind("configured", scripting.DEVICE_CONFIGURED, ("happening",), "A device has its files for the first time.", ""),
    Kind("file_requested", scripting.FILE_REQUESTED, ("happening",), "A device asked for a file.", ""),
)  # fmt: skip
BY_KIND = {row.kind: row for row in TABLE}
ASKED = (scripting.SEEN, scripting.UNKNOWN, scripting.CHOSEN, scripting.ANSWER)  # dhcp waits for them


class Decorator(Generic[F]):
    """One of `hook`: bare, or with filters."""

    def __init__(self, row: Kind) -> None:
        self._row = row
        self.__doc__ = row.when

    @overload
    def __call__(self, function: F, /) -> F: ...

    @overload
    def __call__(
        self, *, mac: Patterns = None, vendor_class: Patterns = None, user_class: Patterns = None,
        hostname: Patterns = None, client_id: Patterns = None, circuit_id: Patterns = None, remote_id: Patterns = None,
        arch: Patterns | int = None, options: Mapping[str, Patterns] | None = None, network: Patterns = None,
        type: Patterns = None, no_answer: str | None = None,
    ) -> Callable[[F], F]: ...  # fmt: skip

    def __call__(self, *function: Any, **filters: Any) -> Any:
        if function:
            return self._taken(function[0], {})
        return lambda given: self._taken(given, filters)

    def _taken(self, function: F, given: Mapping[str, object]) -> F:
        row, arguments = self._row, self._row.arguments
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError:
            wanted = ", ".join(arguments)
            raise TypeError(f"@hook.{row.name} calls {name_of(function)}({wanted}): it takes other arguments") from None
        if row.kind not in ASKED:
            unfit = set(given) & {"type", "no_answer"}
            if unfit:
                raise ValueError(f"@hook.{row.name} knows no filter {', '.join(sorted(unfit))}: nobody waits for it")
        hook = filters_of(given).hook(row.kind, name_of(function))
        written = ", ".join(f"{name}={value!r}" for name, value in given.items())
        step = STEPS[row.kind](hook.name, function) if row.kind in ASKED else None
        current().add(Registered(hook, place_of(function), function, step, written))
        return function


class Hooks:
    """The hooks; each is a decorator, bare or with filters."""

    seen: Decorator[Seen] = Decorator(TABLE[0])
    unknown: Decorator[Unknown] = Decorator(TABLE[1])
    chosen: Decorator[Chosen] = Decorator(TABLE[2])
    answer: Decorator[Answering] = Decorator(TABLE[3])
    granted: Decorator[OfLease] = Decorator(TABLE[4])
    renewed: Decorator[OfLease] = Decorator(TABLE[5])
    expired: Decorator[OfLease] = Decorator(TABLE[6])
    declined: Decorator[OfLease] = Decorator(TABLE[7])
    released: Decorator[OfLease] = Decorator(TABLE[8])
    device_found: Decorator[OfDevice] = Decorator(TABLE[9])
    configured: Decorator[OfDevice] = Decorator(TABLE[10])
    file_requested: Decorator[OfDevice] = Decorator(TABLE[11])


hook = Hooks()


def timer(every: str | float) -> Callable[[Timed], Timed]:
    """Call a function again and again: every so many seconds, or `"30s"`, `"5m"`."""
    seconds = seconds_of(every) if isinstance(every, str) else float(every)
    if seconds < LEAST_PERIOD:
        raise ValueError(f"@timer({every!r}) is too often: {LEAST_PERIOD} s is the least")

    def taken(function: Timed) -> Timed:
        row = scripting.Hook(scripting.TIMER, name_of(function))
        current().add(Registered(row, place_of(function), function, None, f"{every!r}", seconds))
        return function

    return taken


def name_of(function: Callable[..., object]) -> str:
    """Name a function as reports do: rules.py:visitor."""
    file = place_of(function).rpartition(":")[0]
    name = getattr(function, "__name__", type(function).__name__)
    owner = getattr(function, "__self__", None)
    return f"{file}:{name}" if owner is None else f"{file}:{type(owner).__name__}.{name}"


def place_of(function: Callable[..., object]) -> str:
    """Say where a function stands: rules.py:12; of a method or an object, where it was made a hook."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is not None and not inspect.ismethod(function):
        return f"{_base(code.co_filename)}:{code.co_firstlineno}"
    frame = inspect.currentframe()
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith("ringboot.scripts."):
        frame = frame.f_back
    return f"{_base(frame.f_code.co_filename)}:{frame.f_lineno}" if frame is not None else "?:0"


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _seen(name: str, function: Callable[..., object]) -> Step:
    def step(turn: Turn) -> None:
        if function(turn.query) is False:
            turn.drop = name

    return step


def _giving(name: str, function: Callable[..., object], *, chosen: bool) -> Step:
    def step(turn: Turn) -> None:
        if not chosen:
            said = function(turn.query)
        elif turn.given is not None:
            said = function(turn.query, Reservation.of(turn.given))
        else:
            return
        if isinstance(said, Refusal):
            turn.refuse = True
        elif isinstance(said, Reservation):
            turn.given = said.given(name, turn.declared)
        elif said is not None:
            raise TypeError(f"it gave {said!r:.80}, where a Reservation, REFUSE or None is wanted")

    return step


def _answer(name: str, function: Callable[..., object]) -> Step:
    def step(turn: Turn) -> None:
        if turn.answer is not None and function(turn.query, turn.answer) is False:
            turn.drop = name

    return step


STEPS: dict[str, Callable[[str, Callable[..., object]], Step]] = {
    scripting.SEEN: _seen,
    scripting.UNKNOWN: lambda name, function: _giving(name, function, chosen=False),
    scripting.CHOSEN: lambda name, function: _giving(name, function, chosen=True),
    scripting.ANSWER: _answer,
}
