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
from contracts.checks.registry import collect

LESSONS: tuple[Lesson, ...] = tuple(
    declared
    for declared in collect(
        requests, refusals, answers, delivery, lists, renewals, money, services, logins, tickets
    ).values()
    if isinstance(declared, Lesson)
)
"""Every lesson of a trade that the client can resell."""

__all__ = ["LESSONS"]
