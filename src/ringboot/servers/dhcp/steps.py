"""What `explain` shows of an answer of the scripts process, beside the outcome of the message."""

from __future__ import annotations

from ringboot import reasons
from ringboot.answer.decision import Answer, Detail, Question
from ringboot.model.scripting import SCRIPT, Told
from ringboot.reasons import Reason


def step(question: Question, told: Told) -> tuple[Reason | None, Detail]:
    """Name what was given or changed; None: the outcome itself says it, or there is nothing to say."""
    took = _took(told.seconds)
    given = told.given
    if told.failed or told.drop or told.refuse:
        return None, {}
    if question.kind == SCRIPT:
        return (reasons.SCRIPT_CHANGED, {"took": took}) if told.reply else (None, {})
    if given is None:
        return None, {}
    if given.address:
        return reasons.SCRIPT_GAVE, {"origin": given.origin, "address": given.address, "took": took}
    network = given.network or question.interface.partition(" ")[0]
    return reasons.SCRIPT_GAVE_NETWORK, {"origin": given.origin, "network": network, "took": took}


def is_missing(answer: Answer) -> bool:
    """Say whether a question to the scripts process has no answer that can be used."""
    return not isinstance(answer, Told) or bool(answer.failed)


def _took(seconds: float) -> str:
    """Write a time with one digit that counts: few different texts, as they are all remembered."""
    milliseconds = float(f"{seconds * 1000:.1g}")
    return f"{milliseconds:.0f} ms" if milliseconds >= 1 else "less than 1 ms"
