"""The line to the scripts process: questions go out in one frame a turn, answers come in; it is never waited for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ringboot import log
from ringboot.answer.decision import Question
from ringboot.model.codec import from_plain, to_plain
from ringboot.model.scripting import Asked, Hello, Told
from ringboot.servers.dhcp.channel import Channel, Frame
from ringboot.servers.dhcp.door import Door

SOCKET = "scripts.sock"
OUTSTANDING = 4_096  # questions that wait for an answer; what comes on top gets none
A_FRAME = 64  # questions in one frame: a message has 4,096 octets at most
WAKE_EVERY = 0.02  # seconds between two frames that say the journal has grown
TRY_EVERY = 0.5  # seconds between two tries to connect

# What the scripts process asks or tells beside its answers, by the frame's "t"; what is given back is sent.
Handler = Callable[[Frame], Frame | None]


class Consulting:
    """dhcp is the client here; what it asked and nobody answered is its door's to decide."""

    def __init__(self, path: Path, door: Door) -> None:
        self.channel = Channel(None)
        self.handlers: dict[str, Handler] = {}
        self.on_lost: Callable[[], None] = lambda: None  # what was asked over this connection nobody waits for
        self._path = path
        self._door = door
        self._was_connected = False
        self._is_heard = False  # it said hello on this connection
        self._number = 0
        self._questions: dict[int, Question] = {}
        self._numbers: dict[Question, int] = {}
        self._rows: list[Frame] = []
        self._told = 0  # of the journal
        self._wake_after = 0.0
        self._try_after = 0.0

    def ask(self, question: Question, asked: Asked) -> bool:
        """Ask, with the others of this turn; False: nobody is there, or too much is asked already."""
        if not self._is_heard or self.channel.connection is None or len(self._questions) >= OUTSTANDING:
            return False
        self._number += 1
        self._questions[self._number] = question
        self._numbers[question] = self._number
        self._rows.append(to_plain(asked._replace(number=self._number)))
        return True

    def forget(self, question: Question) -> None:
        """Hear that a question is not waited for any more: what comes now is late."""
        self._questions.pop(self._numbers.pop(question, 0), None)

    def hear(self) -> None:
        """Do what the scripts process says."""
        rows: list[Told] = []
        try:
            for frame in self.channel.frames():
                kind = str(frame.get("t"))
                if kind == "told":
                    rows += from_plain(tuple[Told, ...], frame.get("rows"), "told.rows")
                elif kind == "hello":
                    self._greeted(from_plain(Hello, frame.get("hello"), "hello"))
                elif kind in self.handlers:
                    answer = self.handlers[kind](frame)
                    if answer is not None:
                        self.channel.send(answer)
        except ValueError as error:  # BadMessage is one, and so is a filter that cannot be compiled
            log.get().error("what the scripts process says cannot be used", why=str(error))
            self.channel.drop()
        self._answer(rows)

    def turn(self, steady: float) -> float | None:
        """Send what is to be sent, connect again when that is due; give the time at which there is more to do."""
        channel = self.channel
        is_wanted = self._door.facts.site.scripts
        if channel.connection is None:
            self._lost()
            if not is_wanted:
                return None
            if steady >= self._try_after:
                self._try_after = steady + TRY_EVERY
                self._connect()
            if channel.connection is None:
                return self._try_after
        elif not is_wanted:
            channel.drop()
            self._lost()
            return None
        while self._rows:
            rows, self._rows = self._rows[:A_FRAME], self._rows[A_FRAME:]
            if not channel.send({"t": "ask", "rows": rows}):
                self._unheard([self._questions[row["number"]] for row in rows if row["number"] in self._questions])
        return self._wake(steady)

    def _wake(self, steady: float) -> float | None:
        seq = self._door.journal.settled
        if seq == self._told or self.channel.backlog or not self._is_heard:
            return None
        if steady < self._wake_after:
            return self._wake_after
        self._wake_after = steady + WAKE_EVERY
        if self.channel.send({"t": "journal", "seq": seq}):
            self._told = seq
        return None

    def _connect(self) -> None:
        if self.channel.connect(self._path):
            self._was_connected, self._is_heard, self._told = True, False, 0
            self.channel.send({"t": "role", "who": "dhcp"})

    def _lost(self) -> None:
        if self._was_connected:
            self._was_connected = self._is_heard = False
            self._rows.clear()
            self.on_lost()
            if self._door.facts.site.scripts:
                log.get().warning("the scripts process is gone", unanswered=len(self._questions))
            self._unheard(list(self._numbers))

    def _greeted(self, hello: Hello) -> None:
        self._door.facts.take_hooks(hello)
        self._is_heard = True
        log.get().info(
            "scripts", revision=hello.revision, hooks=", ".join(row.name for row in hello.hooks) or "none",
            sources=", ".join(hello.sources) or "none",
        )  # fmt: skip

    def _answer(self, rows: list[Told]) -> None:
        heard: dict[Question, Told | None] = {}
        for told in rows:
            question = self._questions.pop(told.number, None)
            if question is None:
                self._door.counters.question("late")
                continue
            del self._numbers[question]
            heard[question] = told
        if heard:
            self._door.told(heard)

    def _unheard(self, questions: list[Question]) -> None:
        for question in questions:
            self.forget(question)
        if questions:
            self._door.told(dict.fromkeys(questions))
