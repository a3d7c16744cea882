"""The control surface keeps what its OpenAPI document promises, whatever it is sent."""

from collections.abc import Sequence
from typing import Final, Protocol

import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from harness.environment import FIRST_KEY
from harness.gateway import GatewayProcess

_HEADERS: Final = {"Authorization": f"Bearer {FIRST_KEY}"}
#: A document cannot say how fields depend on each other, such as that `since` is not after `until`.
_BEYOND_A_DOCUMENT: Final = [positive_data_acceptance]


class GeneratedRequest(Protocol):
    """What is used of schemathesis's cases."""

    def call_and_validate(self, *, headers: dict[str, str], excluded_checks: Sequence[object]) -> object: ...


def test_every_route_answers_whatever_it_is_sent_as_documented(conforming_gateway: GatewayProcess) -> None:
    document = schemathesis.openapi.from_url(f"{conforming_gateway.url}/openapi.json")
    operations = [result.ok() for result in document.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) >= 27
    for operation in operations:

        @given(case=operation.as_strategy())
        @hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def keeps_its_promise(case: GeneratedRequest) -> None:
            case.call_and_validate(headers=_HEADERS, excluded_checks=_BEYOND_A_DOCUMENT)

        keeps_its_promise()
