"""What comes back is what was sent, in every format."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire.asking import ask

CANNOT_STAND = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=60)
METACHARACTERS = '<&>"\' ]]> \\ \\u0041 {"a":[1]} %41 a=b;c,d \t я 💩 --> <!-- &amp; &#10;'


def renamed(client: FlaskClient, text: str) -> None:
    ask(client, func="soft.edit", elid="100001", licname=text, remoteid=text, sok="ok")


def shown(client: FlaskClient, name: str) -> dict[str, str]:
    """The field as every format shows it in the form and in the list."""
    form = {"func": "soft.edit", "elid": "100001"}
    row = {"func": "soft", "filter": "on", "id": "100001"}
    answers = {out: ask(client, **form, out=out) for out in ("json", "bjson", "JSONdata", "csv")}
    cells = list(csv.reader(io.StringIO(answers["csv"], newline="")))
    rows = json.loads(ask(client, **row, out="bjson"))["elem"]
    ajax = json.loads(ask(client, **row, sfrom="ajax"))["content"]
    values = {
        "xml": fromstring(ask(client, **form)).findtext(name),
        "devel": fromstring(ask(client, **form, out="devel")).findtext(name),
        "json": json.loads(answers["json"])["doc"][name].get("$"),
        "bjson": json.loads(answers["bjson"])["model"][name],
        "JSONdata": json.loads(answers["JSONdata"])["doc"][name],
        "csv": dict(zip(cells[0], cells[1], strict=True))[name],
        "listed": fromstring(ask(client, **row)).findtext(f"elem/{name}"),
        "listed in bjson": rows[0][name],
        "listed in ajax": ajax[0][name]["v"],
    }
    return {out: text or "" for out, text in values.items()}


@pytest.mark.parametrize("name", ["licname", "remoteid"])
@pytest.mark.parametrize("text", [METACHARACTERS, "__proto__", "null", "0", "a\r\nb", "x" * 255])
def test_a_text_comes_back_in_every_format(client: FlaskClient, name: str, text: str) -> None:
    renamed(client, text)
    for out, value in shown(client, name).items():
        assert value == text, out


@given(text=TEXTS)
@settings(max_examples=40)
def test_any_text_comes_back_in_every_format(client: FlaskClient, text: str) -> None:
    renamed(client, text)
    expected = CANNOT_STAND.sub("\ufffd", text)
    for out, value in shown(client, "licname").items():
        assert value == expected, out


def test_a_text_comes_back_on_one_line_of_text(client: FlaskClient) -> None:
    renamed(client, "a=b c\nd")
    assert (
        "licname=a=b c\\nd" in ask(client, func="soft.edit", elid="100001", out="text").splitlines()
    )
