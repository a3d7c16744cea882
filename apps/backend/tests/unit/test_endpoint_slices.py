"""Which addresses of a Service's EndpointSlices get requests."""

import orjson
import pytest

from gateway.jsontypes import JsonObject
from gateway.routing.endpoint_slices import EndpointSlice, ExpiredError, ServiceSlices, ready_addresses
from harness.kubernetes_api import bookmark, endpoint, endpoint_slice, event, expired


def _addresses(*slices: JsonObject) -> set[str]:
    return set(ready_addresses([EndpointSlice.model_validate(each) for each in slices]))


@pytest.mark.parametrize(
    ("conditions", "counts"),
    [
        ({"ready": True, "serving": True, "terminating": False}, True),
        ({"ready": None}, True),
        ({}, True),
        ({"ready": False}, False),
        ({"ready": False, "serving": True, "terminating": True}, False),
        ({"ready": True, "terminating": True}, False),
    ],
)
def test_an_address_counts_unless_it_is_not_ready_or_terminating(conditions: dict[str, bool], counts: bool) -> None:
    found = _addresses(endpoint_slice("a", 1, endpoint("10.0.0.1", **conditions)))
    assert found == ({"10.0.0.1"} if counts else set())


def test_an_endpoint_without_conditions_counts() -> None:
    assert _addresses(endpoint_slice("a", 1, {"addresses": ["10.0.0.1"]})) == {"10.0.0.1"}


def test_all_slices_count_together_and_an_address_once() -> None:
    first = endpoint_slice("a", 1, endpoint("10.0.0.1"), endpoint("10.0.0.2"))
    assert _addresses(first, endpoint_slice("b", 2, endpoint("10.0.0.2"), endpoint("10.0.0.3"))) == {
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.3",
    }


def test_a_pod_with_two_addresses_is_one_engine() -> None:
    ipv4, ipv6 = endpoint_slice("a", 1, endpoint("10.0.0.1")), endpoint_slice("b", 1, endpoint("fd00::1"), kind="IPv6")
    assert _addresses(ipv6, ipv4) == {"10.0.0.1"}
    assert _addresses(ipv6) == {"fd00::1"}


def test_names_are_no_addresses() -> None:
    assert _addresses(endpoint_slice("a", 1, endpoint("engine.example.com"), kind="FQDN")) == set()


def test_a_slice_may_be_empty() -> None:
    assert _addresses({**endpoint_slice("a", 1), "endpoints": None}, endpoint_slice("b", 1)) == set()


@pytest.fixture
def known() -> ServiceSlices:
    """One slice, of version 3 in a list of version 5."""
    slices = ServiceSlices()
    listed = [endpoint_slice("a", 3, endpoint("10.0.0.1"))]
    slices.replace(orjson.dumps({"metadata": {"resourceVersion": "5"}, "items": listed}))
    return slices


def test_a_list_is_everything_there_is(known: ServiceSlices) -> None:
    assert _state(known) == ({"10.0.0.1"}, "5")
    known.replace(orjson.dumps({"metadata": {"resourceVersion": "9"}, "items": []}))
    assert _state(known) == (set(), "9")


def test_events_add_change_and_remove_slices(known: ServiceSlices) -> None:
    known.apply(_line(event("ADDED", endpoint_slice("b", 6, endpoint("10.0.0.2")))))
    assert _state(known) == ({"10.0.0.1", "10.0.0.2"}, "6")
    known.apply(_line(event("MODIFIED", endpoint_slice("a", 7, endpoint("10.0.0.1", terminating=True)))))
    assert _state(known) == ({"10.0.0.2"}, "7")
    known.apply(_line(event("DELETED", endpoint_slice("b", 8, endpoint("10.0.0.2")))))
    assert _state(known) == (set(), "8")


def test_a_bookmark_moves_the_version_only(known: ServiceSlices) -> None:
    known.apply(_line(bookmark(20)))
    assert _state(known) == ({"10.0.0.1"}, "20")


def test_an_error_asks_for_a_list_and_forgets_nothing(known: ServiceSlices) -> None:
    with pytest.raises(ExpiredError, match="too old resource version"):
        known.apply(_line(expired()))
    assert _state(known) == ({"10.0.0.1"}, "5")


@pytest.mark.parametrize("line", ["", "<html>", '{"type": "ADDED"}', '{"type": "ADDED", "object": {"metadata": {}}}'])
def test_what_is_no_event_changes_nothing(known: ServiceSlices, line: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        known.apply(line)
    assert _state(known) == ({"10.0.0.1"}, "5")


def _state(slices: ServiceSlices) -> tuple[set[str], str | None]:
    return set(slices.addresses), slices.version


def _line(told: JsonObject) -> str:
    return orjson.dumps(told).decode()
