"""Where the parties and messages of an exercise's picture stand; a template draws them as SVG."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.exercises.definition import Arrow, Picture
from emulator.texts import in_language

COLUMN, TOP, ROW = 250, 62, 46
"""Pixels: between parties, above the first message, and between messages."""
TIP = 9


@dataclass(frozen=True, slots=True)
class PartyBox:
    """A party: the middle of its box, and its name."""

    x: int
    name: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message: its line, the tip of it, and where its text stands; ``loop``: to its sender."""

    line: str
    tip: str
    x: int
    y: int
    text: str
    lost: bool
    cross: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture with everything in its place. ``text``: the same for those who do not see it."""

    width: int
    height: int
    parties: list[PartyBox]
    messages: list[MessageLine]
    text: str


def draw(picture: Picture, lang: str) -> Drawing:
    """Places the parties side by side and the messages below one another."""
    columns = {party.id: COLUMN // 2 + COLUMN * place for place, party in enumerate(picture.nodes)}
    names = {party.id: in_language(party.name, lang) for party in picture.nodes}
    lines = [
        f"{names[arrow.source]} → {names[arrow.target]}: {in_language(arrow.text, lang)}"
        for arrow in picture.arrows
    ]
    return Drawing(
        width=COLUMN * len(columns),
        height=TOP + ROW * len(picture.arrows) + ROW // 2,
        parties=[PartyBox(columns[name], names[name]) for name in columns],
        messages=[
            _message(arrow, columns, TOP + ROW * place + ROW // 2 + 8, lang)
            for place, arrow in enumerate(picture.arrows)
        ],
        text="; ".join(lines),
    )


def _message(arrow: Arrow, columns: dict[str, int], y: int, lang: str) -> MessageLine:
    begin, end = columns[arrow.source], columns[arrow.target]
    text = in_language(arrow.text, lang)
    if begin == end:
        line = f"M {begin} {y} h 28 v 14 h -20"
        tip = f"M {begin} {y + 14} l {TIP} -5 v 10 z"
        return MessageLine(line, tip, begin, y - 7, text, arrow.lost, begin)
    sign = 1 if end > begin else -1
    stop = begin + (end - begin) * 3 // 5 if arrow.lost else end
    tip = f"M {stop} {y} l {-sign * TIP} -5 v 10 z"
    return MessageLine(
        f"M {begin} {y} H {stop - sign * TIP}", tip, (begin + end) // 2, y - 7, text, arrow.lost,
        stop + sign * 14,
    )  # fmt: skip
