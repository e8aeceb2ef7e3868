"""The lessons, in the order in which they run. A new one is a function in one of these files."""

from __future__ import annotations

from contracts.checks.client.lesson import Lesson
from contracts.checks.client.lessons import (
    answers,
    delivery,
    lists,
    logins,
    money,
    refusals,
    renewals,
    requests,
    services,
    tickets,
)
from contracts.registry import index

_FILES = (requests, refusals, answers, delivery, lists, renewals, money, services, logins, tickets)
LESSONS: tuple[Lesson, ...] = tuple(
    index(
        each for file in _FILES for each in vars(file).values() if isinstance(each, Lesson)
    ).values()
)
"""Every lesson of a trade that the client can resell."""

__all__ = ["LESSONS"]
