"""How a browser wants the console: language, theme, size. Each is a cookie that the query sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from emulator.texts import LANGUAGES

COOKIES = "mockseller_"
YEAR = 365 * 24 * 3600
CHOICES: Mapping[str, tuple[str, ...]] = {
    "lang": LANGUAGES,
    "theme": ("auto", "light", "dark"),
    "size": ("normal", "large"),
}
"""What a browser chooses, and among what: ``?lang=ru``. ``large`` is for a projector."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one browser chose. ``theme`` ``auto`` follows the setting of its system."""

    lang: str
    theme: str
    size: str


def read_preferences(http: Request) -> Preferences:
    """Of each the query's value, else the cookie's, else the first; unknown values are ignored."""
    return Preferences(*(_chosen(http, name) for name in CHOICES))


def _chosen(http: Request, name: str) -> str:
    choices = CHOICES[name]
    for value in (http.args.get(name), http.cookies.get(COOKIES + name)):
        if value in choices:
            return value
    if name == "lang":
        return http.accept_languages.best_match(choices) or choices[0]
    return choices[0]


def store_preferences(http: Request, response: Response) -> None:
    """Sets the cookies of what the query chose."""
    for name, choices in CHOICES.items():
        if http.args.get(name) in choices:
            response.set_cookie(
                COOKIES + name,
                http.args[name],
                max_age=YEAR,
                path="/_mockseller",
                httponly=True,
                samesite="Strict",
                secure=http.is_secure,
            )
