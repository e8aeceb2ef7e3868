"""Where the bars of a chart stand; templates/chart.svg draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT = 960, 320
LEFT, RIGHT, TOP, BOTTOM = 90, 10, 20, 40
TICKS = 5
"""About how many lines of the scale there are."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; ``series`` counts from 0, ``title`` is shown where one points at it."""

    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars in groups, in a picture of WIDTH by HEIGHT.

    ``ticks``: heights of the scale with their texts; ``labels``: middles of groups with theirs;
    ``zero``: the height of the line that bars stand on.
    """

    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, str]]
    labels: Sequence[tuple[float, str]]
    zero: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def draw_bars(groups: Sequence[tuple[str, Sequence[Decimal]]], names: Sequence[str]) -> Chart:
    """A chart of groups, each with its label and one amount for each of the ``names``."""
    amounts = [float(amount) for _, values in groups for amount in values]
    highest, lowest = max([0.0, *amounts]), min([0.0, *amounts])
    step = _step((highest - lowest) or 1.0)
    top, bottom = math.ceil(highest / step) * step or step, math.floor(lowest / step) * step
    scale = (HEIGHT - TOP - BOTTOM) / (top - bottom)

    def height_of(amount: float) -> float:
        return round(TOP + (top - amount) * scale, 1)

    lines = round((top - bottom) / step)
    ticks = [(height_of(bottom + n * step), f"{bottom + n * step:g}") for n in range(lines + 1)]
    room = (WIDTH - LEFT - RIGHT) / max(len(groups), 1)
    width = round(min(room * 0.8 / len(names), 60.0), 1)
    bars, labels = [], []
    for place, (label, values) in enumerate(groups):
        middle = LEFT + room * (place + 0.5)
        labels.append((round(middle, 1), label))
        for series, amount in enumerate(values):
            x = round(middle + (series - len(names) / 2) * width, 1)
            ends = sorted((height_of(float(amount)), height_of(0.0)))
            title = f"{label}, {names[series]}: {amount}"
            bars.append(Bar(x, ends[0], width, round(ends[1] - ends[0], 1), series, title))
    return Chart(bars, ticks, labels, height_of(0.0))


def _step(span: float) -> float:
    """The distance of the lines of a scale: 1, 2 or 5 times a power of ten."""
    rough = span / TICKS
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
