"""The lessons, in the order in which they are taught."""

from __future__ import annotations

from contracts.checks.client.lesson import Lesson
from contracts.checks.client.lessons import (
    answers,
    asking,
    confirming,
    keys,
    line,
    login,
    lost,
    money,
    reading,
    refusals,
    renewing,
    terms,
    words,
)

LESSONS: tuple[Lesson, ...] = (
    *confirming.LESSONS,
    *refusals.LESSONS,
    *lost.LESSONS,
    *keys.LESSONS,
    *reading.LESSONS,
    *renewing.LESSONS,
    *money.LESSONS,
    *terms.LESSONS,
    *line.LESSONS,
    *answers.LESSONS,
    *login.LESSONS,
    *words.LESSONS,
    *asking.LESSONS,
)

__all__ = ["LESSONS"]
