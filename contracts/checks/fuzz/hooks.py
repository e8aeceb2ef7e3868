"""Hooks for the command line of schemathesis: what it has to know about this API.

    SCHEMATHESIS_HOOKS=mockseller.hooks schemathesis run \
        http://127.0.0.1:1500/_mockseller/openapi.json --url http://127.0.0.1:1500 \
        --exclude-checks negative_data_rejection,positive_data_acceptance,ignored_auth

Importing this module registers the mapping of virtual paths, the reading of xml, and three checks
in place of those of schemathesis that expect HTTP 400 for invalid input.
"""

from __future__ import annotations

import os
from typing import Any, Final

import httpx
import schemathesis
from schemathesis import Case, CheckContext, DeserializationContext, HookContext, Response

from contracts.checks.fuzz import operations
from contracts.checks.fuzz.answered import AnsweredCall, read_answer
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.rules import (
    Rule,
    find_accepted_nonsense,
    find_echoed_secret,
    find_undeclared_error,
)
from contracts.record.formats import read
from contracts.record.writers import to_json

LOGIN: Final = os.environ.get("MOCKSELLER_LOGIN", "reseller")
PASSWORD: Final = os.environ.get("MOCKSELLER_PASSWORD", "secret")
DECLARED: Final = Declarations()


@schemathesis.hook
def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:
    """Puts the function and the login into the query."""
    case = operations.map_case(context, case)
    case.query = {**case.query, "authinfo": f"{LOGIN}:{PASSWORD}"}
    return case


@schemathesis.deserializer("text/xml")
def read_xml(context: DeserializationContext, response: Response) -> dict[str, Any]:
    """An xml answer as json has it, so that schemas and links of the document apply to it."""
    del context
    return to_json(read(response.content, "xml")[0])


@schemathesis.check
def refuses_bad_input(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Nonsense gets an error document. Raises AssertionError."""
    del ctx
    _assert_kept(find_accepted_nonsense, response, case)


@schemathesis.check
def refuses_as_declared(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """An error is of a type that the function declares. Raises AssertionError."""
    del ctx
    _assert_kept(find_undeclared_error, response, case)


@schemathesis.check
def echoes_no_secret(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """No password, session or key of the request is in the answer. Raises AssertionError."""
    del ctx
    _assert_kept(find_echoed_secret, response, case)


def _assert_kept(rule: Rule, response: Response, case: Case[Any]) -> None:
    messages = list(rule(DECLARED, operations.read_function(case), _call(response)))
    assert not messages, "; ".join(messages)  # noqa: S101 - how schemathesis is told of a failure


def _call(response: Response) -> AnsweredCall:
    sent = response.request
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    assert isinstance(body, bytes)  # noqa: S101 - forms of schemathesis are never streams
    request = httpx.Request(sent.method or "GET", sent.url or "", content=body)
    headers = {"content-type": response.headers.get("content-type", [""])[0]}
    return read_answer(
        request, httpx.Response(response.status_code, headers=headers, content=response.content)
    )
