"""The text of a server that is ready: its address, a login, and a first order to paste."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from emulator.cli.trust import trust_lines
from emulator.domain.world import read
from emulator.settings import Settings
from emulator.worlds.fixtures import FixtureError, load_world
from emulator.worlds.worlds import DEFAULT, Worlds

PREFERRED = 55227
"""ISPmanager Lite: the cheapest code every shipped world sells."""
POOL = "0.0.0.0"  # noqa: S104 - an address that may have many licenses, so that the line works twice


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """Login and password of the first account of the world ``default``, and a tariff it can buy."""

    login: str
    password: str
    tariff: int
    period: int

    def curl(self, url: str) -> str:
        """A shell command that orders a license and prints the answer."""
        pairs = {
            "authinfo": f"{self.login}:{self.password}",
            "func": "soft.order.param",
            "pricelist": str(self.tariff),
            "period": str(self.period),
            "ip": POOL,
            "licname": "first",
            "skipbasket": "on",
            "clicked_button": "finish",
            "sok": "ok",
            "out": "xml",
        }
        words = ["curl", "-sS", f"{url}/billmgr"]
        if url.startswith("https:"):
            words.insert(2, "-k")  # a certificate for local HTTPS is usually self-signed
        for name, value in pairs.items():
            words += ["-d", f"{name}={quote(value, safe=':')}"]
        return shlex.join(words)

    def banner(
        self,
        url: str,
        data: Path | str,
        *,
        https: str = "",
        authority: Path | None = None,
        network: str = "",
        token: str = "",
    ) -> str:
        """Several lines for people; address and curl command have a line each.

        ``data``: the folder of the worlds; ``https``: the address of HTTPS, if there is one beside
        that of HTTP; ``authority``: the certificate that clients have to trust for it, if it was
        made here; ``network``: the address for other computers, if they can reach the server;
        ``token``: what the control API wants of them.
        """
        secure = (f"  https     {https}/billmgr",) if https else ()
        trust: tuple[str, ...] = ()
        if authority is not None:
            lines = trust_lines(authority).items()
            trust = ("", "Trust its HTTPS:", "", *(f"  {name:9} {line}" for name, line in lines))
        others: tuple[str, ...] = ()
        if network:
            others = (
                f"  others    {network}/billmgr",
                f"  console   {network}/_mockseller/console?token={token}",
                f"  token     {token}",
            )
        anew = shlex.join(["mockseller", "world", "reset", DEFAULT, "--data", str(data)])
        return "\n".join(
            (
                "mockseller is ready",
                f"  address   {url}/billmgr",
                *secure,
                f"  login     {self.login}",
                f"  password  {self.password}",
                f"  control   {url}/_mockseller/",
                *others,
                f"  worlds    {data}; begin anew: {anew}",
                *trust,
                "",
                "Order a license:",
                "",
                self.curl(url),
                "",
            )
        )


def first_order(settings: Settings) -> FirstOrder:
    """An order that works in the world ``default`` of this data folder."""
    worlds = Worlds(settings)
    try:
        login, password = _first_login(str(worlds.origin(DEFAULT).fixture))
        db = worlds.connect(DEFAULT)
        catalogue = worlds.catalogue(db, world := read(db)).of_type("soft")
    finally:
        worlds.close()
    buyable = [
        (tariff.id, period)
        for tariff in sorted(catalogue, key=lambda t: t.id != PREFERRED)
        for period in tariff.periods(world.currency)
        if period >= 0
    ]
    tariff, period = next(iter(buyable), (PREFERRED, 1))
    return FirstOrder(login, password, tariff, period)


def _first_login(fixture: str) -> tuple[str, str]:
    try:
        accounts = load_world(fixture).accounts
    except FixtureError:  # the file was removed after the world was made
        accounts = ()
    return (accounts[0].login, accounts[0].password) if accounts else ("reseller", "secret")
