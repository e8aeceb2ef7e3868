"""For schemathesis on its own command line: what it has to know of this API.

    SCHEMATHESIS_HOOKS=contracts.checks.fuzz.hooks schemathesis run \
        http://127.0.0.1:1500/_mockseller/openapi.json --url http://127.0.0.1:1500 \
        --exclude-checks negative_data_rejection,positive_data_acceptance,ignored_auth

Loading this module tells schemathesis that the paths are virtual, how xml is read, and what holds
here in place of its own check of bad input: refusals are HTTP 200.
"""

from __future__ import annotations

import os
from typing import Any, Final

import httpx
import schemathesis
from schemathesis import Case, CheckContext, DeserializationContext, HookContext, Response

from contracts.checks.fuzz import virtual_paths
from contracts.checks.fuzz.answered import AnsweredCall, answered
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.rules import RULES
from contracts.record.formats import read
from contracts.record.writers import as_json

LOGIN: Final = os.environ.get("MOCKSELLER_LOGIN", "reseller")
PASSWORD: Final = os.environ.get("MOCKSELLER_PASSWORD", "secret")
DECLARED: Final = Declarations()


@schemathesis.hook
def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:
    """The function goes into the query, and the login beside it."""
    case = virtual_paths.map_case(context, case)
    case.query = {**case.query, "authinfo": f"{LOGIN}:{PASSWORD}"}
    return case


@schemathesis.deserializer("text/xml")
def neutral_document(context: DeserializationContext, response: Response) -> dict[str, Any]:
    """An xml answer as json has it, so that schemas and pointers of links hold for it."""
    del context
    return as_json(read(response.content, "xml")[0])


def _told(response: Response) -> AnsweredCall:
    sent = response.request
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    assert isinstance(body, bytes)  # noqa: S101 - forms of schemathesis are never streams
    request = httpx.Request(sent.method or "GET", sent.url or "", content=body)
    headers = {"content-type": response.headers.get("content-type", [""])[0]}
    return answered(
        request, httpx.Response(response.status_code, headers=headers, content=response.content)
    )


def _broken(name: str, response: Response, case: Case[Any]) -> None:
    """AssertionError with what the rule of that name finds."""
    rule = next(rule for rule in RULES if rule.name == name)
    found = list(rule.check(DECLARED, virtual_paths.func_of(case), _told(response)))
    assert not found, "; ".join(found)  # noqa: S101 - how schemathesis is told of a failure


@schemathesis.check
def refuses_bad_input(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Nonsense gets an error document; good input a document or a refusal."""
    del ctx
    _broken("refuses-bad-input", response, case)


@schemathesis.check
def refuses_as_declared(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A refusal is of a type that the function declares."""
    del ctx
    _broken("refuses-as-declared", response, case)


@schemathesis.check
def echoes_no_secret(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """No password, session or key of the request stands in the answer."""
    del ctx
    _broken("echoes-no-secret", response, case)
