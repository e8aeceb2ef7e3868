"""The links of the OpenAPI document: which value of an answer a further request can use.

They follow from the declarations: a listing or an order answers with a number, and a field that
takes a number says of what (its ``entity``). By the links a service can be followed from its order
to its deletion, for every product type alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emulator.api.fields import Id
from emulator.api.registry import Function, Kind, Registry

Json = dict[str, Any]

NUMBERED = ("billorder", "payment_id")
"""Numbers with the same name in answers and in parameters of all functions."""
SERVICE = "service"
"""The family that takes services of every product type."""
ROW, MADE = "/doc/elem/0/id/$", "/doc/id/$"
"""Where a listing and where an order has the number, as in json (docs/wire.md 3.1)."""


@dataclass(frozen=True, slots=True)
class Link:
    """The value at ``pointer`` of the answer is the parameter ``takes`` of the function ``target``.

    ``submits``: the target is submitted, not shown.
    """

    target: str
    takes: str
    pointer: str
    submits: bool

    @property
    def name(self) -> str:
        """Its key among the components: ``id.soft.edit.submit``."""
        field = "row" if self.pointer == ROW else self.pointer.split("/")[2]
        return f"{field}.{self.target}{'.submit' if self.submits else ''}"

    def as_dict(self) -> Json:
        """As OpenAPI has it: a form is shown by GET, everything else is sent by POST."""
        expression = f"$response.body#{self.pointer}"
        if not self.submits:
            return {"operationId": self.target, "parameters": {self.takes: expression}}
        body = {self.takes: expression, "sok": "ok"}
        return {"operationId": f"{self.target}.post", "requestBody": body}


def links_of(function: Function, registry: Registry) -> tuple[Link, ...]:
    """The links from the answer of this function."""
    return tuple(dict.fromkeys(_links(function, registry)))


def _links(function: Function, registry: Registry) -> Iterator[Link]:
    if function.returns is None:
        return
    fields = function.returns.wire_fields
    if "id" in fields and (pointer := _pointer(function)):
        yield from _to_elements(function, registry, pointer)
    if function.kind is Kind.FORM and not function.next_step:
        for name in NUMBERED:
            takers = [f for f in registry if name in fields and name in f.takes.wire_fields]
            for taker in takers:
                yield from _both(taker, name, f"/doc/{name}/$")


def _pointer(function: Function) -> str:
    """Where the number stands; empty if the answer neither lists nor creates anything."""
    if function.kind is Kind.LISTING:
        return ROW
    element = function.takes.wire_fields.get("elid")
    makes = function.kind is Kind.FORM and not function.next_step
    return MADE if makes and (element is None or not element.required) else ""


def _to_elements(function: Function, registry: Registry, pointer: str) -> Iterator[Link]:
    """Links to every function that takes such a number as ``elid``."""
    home = _home(function, registry)
    nearer = [f.name for f in registry if f.kind is Kind.LISTING and f.name.startswith(f"{home}.")]
    own = [
        taker
        for taker in registry
        if home
        and taker.name.startswith(f"{home}.")
        and not any(taker.name.startswith(f"{name}.") for name in nearer)
        and isinstance(taker.takes.wire_fields.get("elid"), Id)
    ]
    entities = {_entity(taker) for taker in own}
    common = [f for f in registry if f.family.name == SERVICE and "elid" in f.takes.wire_fields]
    # A service of any type is taken by its own family and by the one for all of them.
    for taker in (*own, *(f for f in common if "item" in entities and _entity(f) == "item")):
        yield from _both(taker, "elid", pointer)


def _home(function: Function, registry: Registry) -> str:
    """The listing of its elements: itself, or the listing whose name its own begins with."""
    if function.kind is Kind.LISTING:
        return function.name
    name = function.name.removeprefix("v2.")
    listings = (other.name for other in registry if other.kind is Kind.LISTING)
    own = (listing for listing in listings if name.startswith(f"{listing}."))
    return max(own, key=len, default="")


def _entity(function: Function) -> str:
    field = function.takes.wire_fields["elid"]
    return field.entity if isinstance(field, Id) else ""


def _both(taker: Function, name: str, pointer: str) -> Iterator[Link]:
    """Links to show and to submit a form, or the one link to another kind."""
    if taker.kind is not Kind.ACTION:
        yield Link(taker.name, name, pointer, submits=False)
    if taker.kind in (Kind.FORM, Kind.ACTION):
        yield Link(taker.name, name, pointer, submits=True)
