"""The collector's description is kept as documentation, and holds for whatever is sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from mikomi.collector.openapi import description
from tests.collector.asking import Asking
from tests.collector.serving import Served, serving

KEPT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "collector.openapi.json"
SCHEMA = schemathesis.openapi.from_dict(description())


def test_the_kept_description_is_the_served_one(tmp_path: Path):
    asking = Asking(tmp_path)
    assert asking.ask("GET", "/v1/openapi.json").said == json.loads(KEPT.read_text("utf-8"))
    asking.collector.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("openapi")) as running:
        yield running


@SCHEMA.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered_as_described(case: schemathesis.Case, served: Served):
    response = case.call(base_url=served.url)
    assert response.status_code < 500
    case.validate_response(
        response,
        checks=[
            schemathesis.checks.not_a_server_error,
            schemathesis.checks.CHECKS.get_one("status_code_conformance"),
            schemathesis.checks.CHECKS.get_one("content_type_conformance"),
            schemathesis.checks.CHECKS.get_one("response_schema_conformance"),
        ],
    )
