"""Asks the seller in these very bytes, and fails on anything that is no document."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient

LOGIN = {"authinfo": "reseller:secret"}
FORM = "application/x-www-form-urlencoded"


def raw(
    client: FlaskClient, query: bytes = b"", body: bytes | None = None, kind: str | None = FORM
) -> str:
    """The answer to these very bytes; a parseable document, or this fails."""
    environ: dict[str, Any] = {"QUERY_STRING": query.decode("latin-1")}
    if body is not None and kind is None:
        environ["CONTENT_TYPE"] = ""
    answer = client.open(
        "/billmgr",
        method="GET" if body is None else "POST",
        data=body,
        content_type=None if body is None else kind,
        environ_overrides=environ,
    )
    assert answer.status_code == 200
    text = answer.get_data().decode("utf-8")
    assert "internal" not in refusal(text, answer.content_type)
    return text


def refusal(text: str, content_type: str) -> str:
    """The type of the refusal, or nothing; fails on what is no document at all."""
    if content_type.startswith("text/xml"):
        error = fromstring(text).find("error")
        return "" if error is None else str(error.get("type"))
    if content_type.startswith("application/json"):
        match = re.search(r'"\$?type":"(\w+)"', json.dumps(find_error(json.loads(text))))
        return match[1] if match else ""
    if content_type.startswith("text/csv"):
        rows = list(csv.reader(io.StringIO(text)))
        return rows[0][1] if rows and rows[0] and rows[0][0] == "error" else ""
    return text.partition("type=")[2].partition(" ")[0] if text.startswith("ERROR") else ""


def find_error(answer: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever stands there
    return answer.get("doc", answer).get("error", {})


def ask(client: FlaskClient, **params: str) -> str:
    return raw(client, body=urlencode({**LOGIN, **params}).encode())


def error(client: FlaskClient, **params: str) -> str:
    return refusal(ask(client, **params), "text/xml")
