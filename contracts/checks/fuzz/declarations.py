"""What the seller declares, ready to be held against answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from emulator.app import create_registry
from emulator.openapi import openapi, schema_of

Json = Mapping[str, Any]

SHARED: Final = ("Leaf", "Refusal")
"""Schemas of the document that those of single functions lean on."""


class Declarations:
    """Every function's declaration by name, and the OpenAPI document made of them.

    ``document``: another one, such as one a seller serves; by default that of this installation.
    """

    def __init__(self, document: dict[str, Any] | None = None) -> None:
        registry = create_registry()
        self.functions: Mapping[str, Json] = {one.name: schema_of(one) for one in registry}
        self.document = openapi(registry) if document is None else document
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def answer_faults(self, func: str, told: Json) -> Iterator[str]:
        """Where an answer breaks the schema of its function's answers or refusals.

        ``told`` is the document as json has it: ``{"doc": {...}}``.
        """
        which = "refusal" if "error" in told["doc"] else "answer"
        for fault in self._validator(f"{func}.{which}").iter_errors(told["doc"]):
            where = "/".join(map(str, fault.instance_path)).removesuffix("/$")
            yield f"{where or 'doc'}: {fault.message}"

    def _validator(self, name: str) -> jsonschema_rs.Validator:
        if name not in self._validators:
            schemas = self.document["components"]["schemas"]
            needed = {one: schemas[one] for one in (name, *SHARED)}
            self._validators[name] = jsonschema_rs.validator_for(
                {"$ref": f"#/components/schemas/{name}", "components": {"schemas": needed}}
            )
        return self._validators[name]
