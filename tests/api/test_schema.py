"""The server does what its OpenAPI document promises, whatever a program sends over a socket."""

from __future__ import annotations

import pytest
import schemathesis
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from appoints.connections.models import Connection
from appoints.snapshots.models import Snapshot
from dashboard.accounts.models import User
from tests.factories import token_for

EXAMPLES = 20  # of each operation; a thousand take two minutes
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]
CONFIG = {
    "generation": {"with-security-parameters": False},
    # Who asks for an agent whom no row names asks iSales, which nobody reaches here.
    "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "504"]}},
}
# Most texts name no agent, time or connection; these do.
KNOWN = {
    "connection": "demo",
    "from": "2026-06-01T12:05",
    "to": "2026-06-02",
    "agent": ["agent0", "agent1,agent2"],
    "task": "1",
    "tz": "Asia/Kathmandu",
}


@pytest.fixture
def headers(supervisor: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {token_for(supervisor)}"}


@pytest.fixture
def document(
    connection: Connection, headers: dict[str, str], live_server: LiveServer, settings: Settings
) -> schemathesis.BaseSchema:
    """The document that the server gives."""
    settings.API_PER_MINUTE = 100_000
    config = schemathesis.Config.from_dict(CONFIG)
    address = f"{live_server.url}{reverse('api:document')}"
    return schemathesis.openapi.from_url(address, headers=headers, config=config)


@pytest.mark.parametrize("name", ["appoints", "summary", "document"])
def test_answers_are_what_the_document_says(
    document: schemathesis.BaseSchema, headers: dict[str, str], name: str
) -> None:
    operation = document.find_operation_by_id(name)
    known = {**KNOWN, "as_of": Snapshot.objects.get().as_of.isoformat()}
    cases = st.one_of(*map(operation.as_strategy, schemathesis.GenerationMode))

    @example_settings(
        max_examples=EXAMPLES,
        derandomize=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def conform(case: schemathesis.Case) -> None:
        if case.meta.generation.mode.is_positive:
            case.query |= {each: known[each] for each in case.query.keys() & known.keys()}
        case.call_and_validate(headers=headers, checks=CHECKS)

    conform()
