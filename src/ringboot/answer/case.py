"""One message with all that decides about it."""

from __future__ import annotations

from typing import NamedTuple

from ringboot.answer.client import Client
from ringboot.answer.facts import Facts
from ringboot.answer.query import Now, Query


class Case(NamedTuple):
    """What is decided about, for whom, by what, and when."""

    query: Query
    client: Client
    facts: Facts
    now: Now
