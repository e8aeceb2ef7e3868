"""What the console asks a control panel, and what that answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PanelRequest:
    """``seller``: the address of the world's API; ``key``: of the license.

    ``module``: to be bought with the login, by name or number; empty to look only.
    """

    seller: str
    key: str
    module: str = ""
    login: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class PanelAnswer:
    """``state``: what the panel knows of its license and of modules (`PanelState`).

    ``line``: what became of a purchase; ``link``: where a person goes on.
    """

    state: object
    line: str = ""
    link: str = ""
    is_good: bool = False
