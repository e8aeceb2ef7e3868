"""What one answer gives to the next request: the links of the OpenAPI document.

They are read off the declarations: a list, an order, whatever makes something, tells the number of
it, and whatever takes a number says of what (the ``entity`` of its field). So the life of a service
can be walked from its order to its deletion, for every product type alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from emulator.api.fields import Id
from emulator.api.registry import Function, Kind, Registry

Json = dict[str, Any]

NUMBERED = ("billorder", "payment_id")
"""Numbers that are told and taken under one name, whatever the function."""
SERVICE = "service"
"""The family that takes services of every product type."""
ROW, MADE = "/doc/elem/0/id/$", "/doc/id/$"
"""Where a list and where an order tells the number, as in json (docs/wire.md 3.1)."""


@dataclass(frozen=True, slots=True)
class Link:
    """``takes`` of the function ``target`` is what stands at ``pointer`` of the answer.

    ``submits``: the target is sent to be carried out, not to be looked at.
    """

    target: str
    takes: str
    pointer: str
    submits: bool

    @property
    def name(self) -> str:
        """Of the link among the components: ``id.soft.edit.submit``."""
        field = "row" if self.pointer == ROW else self.pointer.split("/")[2]
        return f"{field}.{self.target}{'.submit' if self.submits else ''}"

    def as_dict(self) -> Json:
        """As OpenAPI writes it: a form that is shown by its query, everything else by its body."""
        expression = f"$response.body#{self.pointer}"
        if not self.submits:
            return {"operationId": self.target, "parameters": {self.takes: expression}}
        body = {self.takes: expression, "sok": "ok"}
        return {"operationId": f"{self.target}.post", "requestBody": body}


def links_of(function: Function, registry: Registry) -> tuple[Link, ...]:
    """Everything that can be asked with what this function answers."""
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
    """Where the number stands, or nothing where the answer makes and lists nothing."""
    if function.kind is Kind.LISTING:
        return ROW
    element = function.takes.wire_fields.get("elid")
    makes = function.kind is Kind.FORM and not function.next_step
    return MADE if makes and (element is None or not element.required) else ""


def _to_elements(function: Function, registry: Registry, pointer: str) -> Iterator[Link]:
    """To everything that takes such a number as ``elid``."""
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
    """The list its elements stand in: a list is its own, what makes one has its name in front."""
    if function.kind is Kind.LISTING:
        return function.name
    name = function.name.removeprefix("v2.")
    lists = (one.name for one in registry if one.kind is Kind.LISTING)
    return max((one for one in lists if name.startswith(f"{one}.")), key=len, default="")


def _entity(function: Function) -> str:
    field = function.takes.wire_fields["elid"]
    return field.entity if isinstance(field, Id) else ""


def _both(taker: Function, name: str, pointer: str) -> Iterator[Link]:
    """A form is looked at and sent, everything else has one way."""
    if taker.kind is not Kind.ACTION:
        yield Link(taker.name, name, pointer, submits=False)
    if taker.kind in (Kind.FORM, Kind.ACTION):
        yield Link(taker.name, name, pointer, submits=True)
