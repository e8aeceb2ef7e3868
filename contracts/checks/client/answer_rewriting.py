"""Tricks that write into answers: the same thing, told in another of the shapes that are known.

Each reads the document, in xml or in json, changes it, and writes it again.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.ElementTree import fromstring

from contracts.checks.client.fault_hooks import Asked, Trick, Which

OTHER_WORDS: Final = "Успешно. Заказ принят, всё готово. OK 100"
"""What error documents say where their words must not matter: the opposite of what they mean."""


class Rewrite(Trick):
    """The base of those that write into the answers to chosen calls, in xml and in json alike."""

    note = ""

    def __init__(self, which: Which) -> None:
        self._which = which

    def after(self, asked: Asked, body: bytes) -> bytes:
        """Rewrites what can be read, and leaves the rest alone."""
        if not self._which(asked):
            return body
        try:
            if body.lstrip().startswith(b"{"):
                tree = json.loads(body)
                changed = self.in_json(tree)
                written = json.dumps(tree, ensure_ascii=False).encode()
            else:
                root = fromstring(body)
                changed = self.in_xml(root)
                written = tostring(root, encoding="utf-8", xml_declaration=True)
        except (ParseError, ValueError):
            return body
        if not changed:
            return body
        self.struck += 1
        asked.notes.append(self.note)
        return written

    @abstractmethod
    def in_xml(self, root: Element) -> bool:
        """Changes the tree; whether there was anything to change."""

    @abstractmethod
    def in_json(self, tree: dict[str, Any]) -> bool:
        """The same for json and bjson."""


class OnlyItemId(Rewrite):
    """What was ordered is named in ``item.id`` alone. Source: docs/wire.md 4.3 (observed)."""

    note = "only item.id was told"

    def in_xml(self, root: Element) -> bool:
        """Takes ``id`` away."""
        found = root.find("id")
        if found is None or root.find("item.id") is None:
            return False
        root.remove(found)
        return True

    def in_json(self, tree: dict[str, Any]) -> bool:
        """Takes ``id`` away."""
        document = tree.get("doc", tree)
        if "item.id" not in document:
            return False
        for part in (document, document.get("model", {})):
            part.pop("id", None)
        return True


class OnlyInner(Rewrite):
    """What a submit answers stands in an inner ``doc`` alone. Source: docs/wire.md 4.3."""

    note = "fields stood in the inner doc"
    KEPT: Final = frozenset({"doc", "ok", "saved_filters", "tparams", "metadata", "messages"})

    def in_xml(self, root: Element) -> bool:
        """Moves all fields inside."""
        if root.find("error") is not None:
            return False
        inner = root.find("doc")
        if inner is None:
            inner = SubElement(root, "doc")
        there = {child.tag for child in inner}
        for child in [child for child in root if child.tag not in self.KEPT]:
            root.remove(child)
            if child.tag not in there:
                inner.append(child)
        return True

    def in_json(self, tree: dict[str, Any]) -> bool:
        """Moves all fields inside: into ``doc`` of json, into ``model`` of bjson."""
        if "error" in tree or "error" in tree.get("doc", {}):
            return False
        if "doc" in tree:
            outer, inner = tree["doc"], tree["doc"].setdefault("doc", {})
            fields = [n for n in outer if n not in self.KEPT and not n.startswith("$")]
        else:
            outer, inner = tree, tree.setdefault("model", {})
            fields = [n for n in outer if n not in self.KEPT | {"func", "model", "slist", "list"}]
        for name in fields:
            value = outer.pop(name)
            inner.setdefault(name, value.get("v", value) if isinstance(value, dict) else value)
        return True


class OtherWords(Rewrite):
    """Error documents say something else for people, and mean the same. Source: docs/wire.md 5."""

    note = "the words of the refusal were changed"

    def in_xml(self, root: Element) -> bool:
        """Changes every text for people."""
        error = root.find("error")
        if error is None:
            return False
        for name in ("msg", "detail", "group"):
            for found in error.findall(name):
                found.text = OTHER_WORDS
        for param in error.findall("param"):
            if "msg" in param.attrib:
                param.set("msg", OTHER_WORDS)
        return True

    def in_json(self, tree: dict[str, Any]) -> bool:
        """Changes every text for people."""
        error = tree.get("error") or tree.get("doc", {}).get("error")
        if not isinstance(error, dict):
            return False
        for name in ("msg", "detail", "group"):
            if isinstance(error.get(name), dict):
                error[name]["$"] = OTHER_WORDS
            elif name in error:
                error[name] = OTHER_WORDS
        return True
