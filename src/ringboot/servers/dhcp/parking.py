"""Messages that wait for the answer to a question, bounded, one a client, the newest; and what ended a lease before."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ringboot.answer.decision import ADDRESS_FREE, WHO_HAS, Answer, Question
from ringboot.answer.query import Query
from ringboot.dhcp.message import DECLINE, RELEASE
from ringboot.model.lease import client_key

ROOM = 4_096

HEARD = 4  # MACs that are remembered of those who answer at one address: somebody may make up many

ClientKey = tuple[
    str, int, bytes, bool
]  # True: of its DECLINE or RELEASE, which nothing that it sends later supersedes
Answers = Mapping[Question, Answer]

_ENDING = frozenset({bytes((DECLINE,)), bytes((RELEASE,))})


@dataclass(slots=True)
class Parked:
    """A message, what it waits for, and what is known already."""

    query: Query
    question: Question
    answers: dict[Question, Answer]


@dataclass(slots=True)
class _Asked:
    deadline: float  # steady
    clients: dict[ClientKey, None] = field(default_factory=dict)
    heard: set[bytes] = field(default_factory=set)


class Parking:
    """The waiting messages by client and by question; a question is asked once for all who wait for it."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._parked: dict[ClientKey, Parked] = {}
        self._asked: dict[Question, _Asked] = {}  # in the order of their deadlines, which are all as far away
        self._repeat: deque[tuple[float, Question]] = deque()

    @property
    def clients(self) -> Collection[ClientKey]:
        """Give the clients that wait, as they are at any time."""
        return self._parked.keys()

    def __len__(self) -> int:
        return len(self._parked)

    def is_asked(self, question: Question) -> bool:
        """Say whether somebody waits for this question already."""
        return question in self._asked

    def take(self, query: Query) -> Parked | None:
        """Remove and give what the same client has waiting; the question stays asked."""
        return self._parked.pop(_client(query), None)

    def park(self, query: Query, question: Question, answers: Answers, *, deadline: float, repeat: float) -> bool:
        """Let a message wait; a new question until the deadline, asked once more at `repeat`.  False: no room."""
        if len(self._parked) >= self._room:
            return False
        asked = self._asked.get(question)
        if asked is None:
            asked = self._asked[question] = _Asked(deadline)
            self._repeat.append((repeat, question))
        client = _client(query)
        asked.clients[client] = None
        self._parked[client] = Parked(query, question, dict(answers))
        return True

    def ending(self, query: Query) -> Question | None:
        """Give what is asked about the DECLINE or RELEASE that the same client sent a moment ago."""
        parked = self._parked.get((*_client(query)[:3], True))
        return None if parked is None else parked.question

    def hear(self, question: Question, macs: Iterable[bytes]) -> None:
        """Remember who answered, if that is asked."""
        asked = self._asked.get(question)
        for mac in macs if asked is not None else ():
            if asked is not None and len(asked.heard) < HEARD:
                asked.heard.add(mac)

    def heard(self, question: Question) -> Answer:
        """Give the answer that a question has when its time is over."""
        if question.kind == WHO_HAS:
            return frozenset(self._asked[question].heard)
        return True if question.kind == ADDRESS_FREE else None

    def answered(self, question: Question, answer: Answer) -> list[Parked]:
        """Remove and give the messages that wait for this question, with the answer."""
        asked = self._asked.pop(question, None)
        ready: list[Parked] = []
        for client in asked.clients if asked is not None else ():
            parked = self._parked.get(client)
            if parked is not None and parked.question == question:
                del self._parked[client]
                parked.answers[question] = answer
                ready.append(parked)
        return ready

    def over(self, steady: float) -> list[Question]:
        """Name the questions whose deadline has passed."""
        found: list[Question] = []
        for question, asked in self._asked.items():
            if asked.deadline > steady:
                break
            found.append(question)
        return found

    def to_repeat(self, steady: float) -> list[Question]:
        """Name the questions to ask once more, each one time."""
        due: list[Question] = []
        while self._repeat and self._repeat[0][0] <= steady:
            question = self._repeat.popleft()[1]
            if question in self._asked:
                due.append(question)
        return due

    @property
    def due(self) -> float | None:
        """Tell when something is to be done here, on the steady clock."""
        for asked in self._asked.values():
            return min(asked.deadline, self._repeat[0][0]) if self._repeat else asked.deadline
        return None


def _client(query: Query) -> ClientKey:
    message = query.message
    key = client_key(message.htype, message.chaddr, message.options.get(61))
    return query.interface, message.giaddr, key, message.options.get(53) in _ENDING
