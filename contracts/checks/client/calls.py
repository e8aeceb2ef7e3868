"""Calls of the reseller's client by name: the values of ``client.call`` in exchanges.

``licenses.rename`` is the method ``rename`` of ``Client.licenses``; the exchange has its arguments
by name, as texts. ``id`` is the first one, whatever the method calls it. The arguments of a method
that takes an order or a mapping are the fields of the order, or the mapping itself. ``itemtype``
chooses the product type of ``products``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from inspect import signature
from typing import Any, Final

from reseller_client import CertificateOrder, Client, LicenseOrder, ModuleOrder, ServiceOrder

Arguments = Mapping[str, str]
ORDERS: Final[Mapping[str, type[Any]]] = {
    kind.__name__: kind for kind in (CertificateOrder, LicenseOrder, ModuleOrder, ServiceOrder)
}
IN_SESSION: Final = frozenset({"sessions.confirm", "sessions.keepalive", "sessions.close"})
"""Calls that need an open session."""
OF_THE_CLIENT: Final = frozenset({"login", "password", "auth"})
"""Arguments that a method of ``sessions`` does not take: the client has them already."""


class UnknownCall(Exception):
    """The client has no such method, or the method no such argument; one line."""


def call(client: Client, name: str, arguments: Arguments) -> object:
    """Call a method of the client; the rows of an iterator are a tuple.

    Raises UnknownCall, and ResellerError as the client does.
    """
    area, _, method_name = name.partition(".")
    texts = dict(arguments)
    functions = (
        client.products(texts.pop("itemtype")) if area == "products" else vars(client).get(area)
    )
    method = getattr(functions, method_name, None)
    if method is None:
        raise UnknownCall(f"client.call: the client has no {name}")
    if area == "sessions":
        texts = {name: text for name, text in texts.items() if name not in OF_THE_CLIENT}
    try:
        value = method(**_read_arguments(method, texts))
    except KeyError as problem:
        raise UnknownCall(f"client.with: {name} takes no {problem.args[0]}") from None
    return tuple(value) if isinstance(value, Iterator) else value


def _read_arguments(method: Callable[..., Any], texts: dict[str, str]) -> dict[str, Any]:
    """The arguments of a method as it takes them. Raises KeyError for one that it does not take."""
    kinds = {each.name: each.annotation for each in signature(method).parameters.values()}
    first = next(iter(kinds), "")
    kind = kinds.get(first, "")
    if kind in ORDERS:
        order = ORDERS[kind]
        return {
            first: order(**_read_texts(texts, {each.name: each.type for each in fields(order)}))
        }
    if kind.startswith("Mapping[str"):
        return {first: texts}
    return _read_texts({first if name == "id" else name: texts[name] for name in texts}, kinds)


def _read_texts(texts: Arguments, kinds: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _read(text, kinds[name]) for name, text in texts.items()}


def _read(text: str, kind: str) -> object:
    """A value of a type that is written as in a program: ``int | None``."""
    if text == "null":
        return None
    if kind == "bool":
        return text == "on"
    if kind.startswith("Mapping[int"):
        return {int(pair.partition("=")[0]): int(pair.partition("=")[2]) for pair in text.split()}
    return int(text) if kind.startswith("int") else text
