"""Settings of a server: flag > environment ``MOCKSELLER_*`` > file > default.

With an invalid value the server does not start; one line names the setting, its source and why.
Settings of a *world* (rules, clock, provisioning) are rows of that world, not here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from types import MappingProxyType

from emulator.clock import read_instant
from emulator.names import find_nearest
from mockseller.files import FileError, read_toml

PREFIX = "MOCKSELLER_"
Network = IPv4Network | IPv6Network
FURTHER_VARIABLES = frozenset(
    PREFIX + name
    for name in (
        "AUTHINFO", "BOOKS", "CONFIG", "LOGIN", "NEW_PASSWORD", "NOW",
        "PANEL_LICENCE", "PANEL_LICENSE", "PANEL_LOGIN", "PANEL_OTHER_LOGIN",
        "PANEL_OTHER_PASSWORD", "PANEL_PASSWORD", "PASSWORD",
        "SESSION", "STATE", "STEP", "TESTS", "TEST_DATABASE", "URL", "USER_AGENT",
    )
)  # fmt: skip
"""Variables of ours that are no settings: options of commands, and what an adapter is given."""
MISSPELLED = 0.75
"""How alike a variable and one of ours must be, from 0 to 1, to be a misspelled one."""


AGE = re.compile(r"(\d{1,9}) ?([smhd]?)", re.ASCII)
SECONDS = MappingProxyType({"s": 1, "m": 60, "h": 3600, "d": 86_400})
SWITCH = MappingProxyType(
    {"on": True, "true": True, "yes": True, "1": True}
    | {"off": False, "false": False, "no": False, "0": False}
)
LOGS = ("text", "json")
"""The forms of the log."""


class SettingsError(FileError):
    """A setting cannot be used; the text is one line for people."""


def default_data_folder() -> Path:
    """The default folder of worlds: the user's data folder. Raises SettingsError without a home."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else _home() / ".local" / "share") / "mockseller"


def default_seeds_folder() -> Path:
    """The default folder of prepared world files; safe to delete at any time.

    Raises SettingsError without a home.
    """
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else _home() / ".cache") / "mockseller" / "seeds"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        msg = "data: this user has no home folder; name a folder with --data or MOCKSELLER_DATA"
        raise SettingsError(msg) from None


def is_loopback(host: str) -> bool:
    """Whether a server that listens there can be reached from this computer only."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a server. Sizes in bytes, times in seconds."""

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = 1500
    """The port; 0: a free one, which is printed."""
    workers: int = 2
    """Number of processes; they share the worlds through files."""
    threads: int = 8
    """Threads of each process, so that a slow client does not block others."""
    data: Path = field(default_factory=default_data_folder)
    """The folder of the worlds."""
    database: str = ""
    """A database of PostgreSQL for the worlds, `postgresql://…`, in place of a folder."""
    seeds: Path = field(default_factory=default_seeds_folder)
    """The folder of prepared world files; safe to delete at any time."""
    seed: int = 1
    """The number from which invented data and ids of a new world are derived."""
    fixture: str = "small"
    """The fixture from which the world ``default`` is created."""
    as_of: datetime | None = None
    """An instant instead of the present, at which a new ``default`` begins and its clock stands."""
    cert: Path | None = None
    """A certificate (PEM): HTTPS instead of HTTP, or beside it with `tls_port`."""
    key: Path | None = None
    """The key of the certificate."""
    tls: bool = False
    """HTTPS beside HTTP, with a certificate of an authority of this data folder."""
    tls_port: int | None = None
    """The port of HTTPS beside HTTP; without it the next free one, or a free one if `port` is 0."""
    tls_name: tuple[str, ...] = ()
    """Further host names and addresses of that certificate; the control API answers to them too."""
    max_body: int = 8 * 1024 * 1024
    """A larger request is refused with ``limit``."""
    max_world_file: int = 256 * 1024 * 1024
    """A larger file of a world is refused by the control API."""
    max_params: int = 20_000
    """More parameters are refused with ``limit``."""
    journal_rows: int = 2_000
    """Calls the journal keeps, up to sixteen more, since it prunes that rarely; 0: none."""
    journal_bytes: int = 16 * 1024 * 1024
    """Size of the journal of one world, up to sixteen entries more."""
    journal_body: int = 32 * 1024
    """How much of one request or answer the journal keeps."""
    worlds_expire: int = 0
    """The age (`2h`, `30m`, `1d`) at which a world other than `default` is removed; 0: never."""
    max_worlds: int = 1_000
    """How many worlds there may be; making another is refused. 0: no limit."""
    max_worlds_bytes: int = 16 * 1024 * 1024 * 1024
    """The size of all worlds from which on making another is refused. 0: no limit."""
    token: str = ""
    """Token of the control API for other computers; `serve` invents one where it is needed."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names under which the control API may be addressed."""
    exercises: Path | None = None
    """A folder with exercises of a trainer's own, beside the shipped ones."""
    trusted_proxy: tuple[Network, ...] = ()
    """Addresses or networks of proxies whose `X-Forwarded-` headers are believed."""
    log: str = "text"
    """What stderr has: `text`, errors alone, or `json`, a line for each call and each error."""

    @property
    def is_local(self) -> bool:
        """Whether only this computer can reach the server."""
        return is_loopback(self.host)


def is_address(data: str) -> bool:
    """Whether worlds are to be in a database of PostgreSQL, and not in a folder."""
    return data.startswith(("postgresql://", "postgres://"))


def _address(text: str) -> str:
    if not is_address(text):
        msg = "the address of a database begins with postgresql://"
        raise ValueError(msg)
    return text


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            msg = f'"{text}" is not a whole number'
            raise ValueError(msg) from None
        if not low <= number <= high:
            msg = f"{number} is not between {low} and {high}"
            raise ValueError(msg)
        return number

    return read


def _age(text: str) -> int:
    """Seconds, or a number with a unit."""
    matched = AGE.fullmatch(text.strip().lower())
    if matched is None:
        msg = f'"{text}" is no age such as 2h, 30m or 1d'
        raise ValueError(msg)
    return _whole(0, 10**9)(matched[1]) * SECONDS[matched[2] or "s"]


def _switch(text: str) -> bool:
    if text.lower() not in SWITCH:
        msg = f'"{text}" is neither on nor off'
        raise ValueError(msg)
    return SWITCH[text.lower()]


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(map(ip_network, _names(text)))


def _log(text: str) -> str:
    if text not in LOGS:
        msg = f'"{text}" is neither {" nor ".join(LOGS)}'
        raise ValueError(msg)
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _path(text: str) -> Path:
    """A path; ``~`` is the user's home, which only a shell replaces."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        msg = f'"{text}" begins in a home folder that does not exist'
        raise ValueError(msg) from None


def _fixture(text: str) -> str:
    return str(_path(text)) if text.startswith("~") else text


def _folder(text: str) -> Path:
    path = _path(text)
    if not path.is_dir():
        msg = f'there is no folder "{text}"'
        raise ValueError(msg)
    return path


def _existing(text: str) -> Path:
    path = _path(text)
    if not path.is_file():
        msg = f'there is no file "{text}"'
        raise ValueError(msg)
    return path


READERS: Mapping[str, Callable[[str], object]] = {
    "host": str,
    "port": _whole(0, 65535),
    "workers": _whole(1, 64),
    "threads": _whole(1, 256),
    "data": _path,
    "database": _address,
    "seeds": _path,
    "seed": _whole(0, 2**53),
    "fixture": _fixture,
    "as_of": read_instant,
    "cert": _existing,
    "key": _existing,
    "tls": _switch,
    "tls_port": _whole(0, 65535),
    "tls_name": _names,
    "max_body": _whole(1024, 2**31),
    "max_world_file": _whole(1024, 2**31),
    "max_params": _whole(10, 1_000_000),
    "journal_rows": _whole(0, 1_000_000),
    "journal_bytes": _whole(0, 2**33),
    "journal_body": _whole(0, 2**24),
    "worlds_expire": _age,
    "max_worlds": _whole(0, 1_000_000),
    "max_worlds_bytes": _whole(0, 2**50),
    "token": str,
    "allowed_hosts": _names,
    "exercises": _folder,
    "trusted_proxy": _networks,
    "log": _log,
}


def load(
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Settings from flags, environment and an optional TOML file, in this order of precedence.

    Raises SettingsError naming the setting and where its value came from.
    """
    environ = os.environ if environ is None else environ
    _refuse_misspelled(environ)
    chosen: dict[str, tuple[str, str]] = {}
    for name, value in _from_file(file).items():
        chosen[name] = (str(value), str(file))
    for name in READERS:
        variable = PREFIX + name.upper()
        if environ.get(variable):
            chosen[name] = (environ[variable], variable)
    for name, value in (flags or {}).items():
        if value is not None:
            chosen[name] = (str(value), f"--{name.replace('_', '-')}")
    if is_address(chosen.get("data", ("",))[0]):
        chosen["database"] = chosen.pop("data")
    values = {name: _read(name, text, origin) for name, (text, origin) in chosen.items()}
    _check_https(values)
    if "data" in values and "seeds" not in values:
        values["seeds"] = _seeds_beside(Path(str(values["data"])))
    return Settings(**values)  # type: ignore[arg-type]  # each value came from its own reader


def _check_https(values: Mapping[str, object]) -> None:
    """Raises SettingsError for settings of HTTPS that contradict each other."""
    if bool(values.get("cert")) != bool(values.get("key")):
        msg = "cert, key: HTTPS needs both a certificate and its key"
        raise SettingsError(msg)
    if values.get("tls") and values.get("cert"):
        msg = "tls, cert: choose a certificate of your own or one that is made here"
        raise SettingsError(msg)
    if values.get("tls_name") and not values.get("tls"):
        msg = "tls_name: only a certificate that is made here (tls) can have further names"
        raise SettingsError(msg)
    if values.get("tls_port") is not None and not (values.get("tls") or values.get("cert")):
        msg = "tls_port: HTTPS needs a certificate: tls makes one, cert and key name one"
        raise SettingsError(msg)


def _seeds_beside(data: Path) -> Path:
    """The default folder of prepared files; in the data folder for a user without a home."""
    try:
        return default_seeds_folder()
    except SettingsError:
        return data / "seeds"


def _refuse_misspelled(environ: Mapping[str, str]) -> None:
    """Raises SettingsError for a variable that is nearly one of ours.

    Others are let through: container platforms set ``MOCKSELLER_SERVICE_HOST`` and the like.
    """
    known_names = {PREFIX + name.upper() for name in READERS} | FURTHER_VARIABLES
    for variable in sorted(environ):
        if variable.startswith(PREFIX) and variable not in known_names:
            short = [name.removeprefix(PREFIX) for name in known_names]
            nearest = find_nearest(variable.removeprefix(PREFIX), short, MISSPELLED)
            if nearest:
                msg = f"{variable}: there is no such setting; the nearest is {PREFIX}{nearest}"
                raise SettingsError(msg)


def _from_file(file: Path | None) -> Mapping[str, object]:
    if file is None:
        return {}
    source = read_toml(_path(str(file)), SettingsError, name=str(file))
    names = {f.name for f in fields(Settings)}
    content: Mapping[str, object] = source.document
    problems = {name: _problem(name, value, names) for name, value in content.items()}
    source.check(((name,), problem) for name, problem in problems.items() if problem)
    return content


def _problem(name: str, value: object, names: Collection[str]) -> str:
    """What is wrong with a setting of a file, or an empty text."""
    if name not in names:
        nearest = find_nearest(name, READERS)
        return "unknown setting" + (f"; the nearest is {nearest!r}" if nearest else "")
    try:
        READERS[name](str(value))
    except ValueError as fault:
        return str(fault)
    return ""


def _read(name: str, text: str, origin: str) -> object:
    reader = READERS.get(name)
    if reader is None:
        msg = f"{origin}: unknown setting {name!r}"
        raise SettingsError(msg)
    try:
        return reader(text)
    except ValueError as fault:
        msg = f"{name} (from {origin}): {fault}"
        raise SettingsError(msg) from None
