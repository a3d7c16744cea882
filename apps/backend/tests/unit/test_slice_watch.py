"""The way from the API server to the addresses of a Service: list, watch, and everything that may come between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from gateway.routing.discovery import DiscoveryError
from gateway.routing.settings import KubernetesApiSettings
from gateway.routing.slice_watch import EndpointSliceDiscovery
from harness.kubernetes_api import (
    Answer,
    ScriptedApi,
    bookmark,
    cut,
    end,
    endpoint,
    endpoint_slice,
    event,
    expired,
    hold,
    listing,
    refusal,
    watched,
)
from harness.processes import eventually

HOST = "engine-tiny.models.svc.cluster.local"
ONE = endpoint_slice("a", 5, endpoint("10.0.0.1"))
TWO = endpoint_slice("b", 6, endpoint("10.0.0.2"))


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.routing.slice_watch._FIRST_PAUSE_SECONDS", 0.01)


@asynccontextmanager
async def watching(settings: KubernetesApiSettings) -> AsyncIterator[EndpointSliceDiscovery]:
    discovery = EndpointSliceDiscovery(HOST, settings)
    task = asyncio.create_task(discovery.watch())
    try:
        yield discovery
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def become(discovery: EndpointSliceDiscovery, *addresses: str) -> None:
    """Wait for these addresses. A DiscoveryError on the way fails the test."""

    async def reached() -> bool:
        return await discovery.addresses() == set(addresses)

    await eventually(reached, f"the addresses are {addresses}")


async def out_of_reach(discovery: EndpointSliceDiscovery) -> bool:
    return not await within_reach(discovery)


async def within_reach(discovery: EndpointSliceDiscovery) -> bool:
    try:
        await discovery.addresses()
    except DiscoveryError:
        return False
    return True


async def asked(api: ScriptedApi, count: int) -> None:
    async def reached() -> bool:
        return len(api.questions) >= count

    await eventually(reached, f"{count} questions have arrived")


async def test_the_slices_of_one_service_are_listed_and_then_watched_from_the_version_of_the_list(
    tmp_path: Path,
) -> None:
    async with ScriptedApi(tmp_path, listing(5, ONE), watched(then=hold)) as api, watching(api.settings) as discovery:
        assert await discovery.addresses() == {"10.0.0.1"}
        await asked(api, 2)
    listed, watch = api.questions
    assert {listed.path, watch.path} == {"/apis/discovery.k8s.io/v1/namespaces/models/endpointslices"}
    assert listed.query == {"labelSelector": "kubernetes.io/service-name=engine-tiny"}
    assert watch.query == {
        **listed.query,
        "watch": "true",
        "resourceVersion": "5",
        "allowWatchBookmarks": "true",
        "timeoutSeconds": "60",
    }


async def test_events_become_addresses(tmp_path: Path) -> None:
    gone = event("MODIFIED", endpoint_slice("a", 7, endpoint("10.0.0.1", ready=False, terminating=True)))
    events = watched(event("ADDED", TWO), gone, then=hold)
    async with ScriptedApi(tmp_path, listing(5, ONE), events) as api, watching(api.settings) as discovery:
        await become(discovery, "10.0.0.2")


async def test_the_next_watch_begins_where_a_bookmark_left_the_last(tmp_path: Path) -> None:
    answers = listing(5, ONE), watched(bookmark(70), then=end), watched(event("ADDED", TWO), then=hold)
    async with ScriptedApi(tmp_path, *answers) as api, watching(api.settings) as discovery:
        await become(discovery, "10.0.0.1", "10.0.0.2")
    assert [question.query.get("resourceVersion") for question in api.questions] == [None, "5", "70"]


async def test_a_watch_that_is_cut_in_the_middle_of_an_event_goes_on_after_the_last_whole_one(tmp_path: Path) -> None:
    three = event("ADDED", endpoint_slice("c", 7, endpoint("10.0.0.3")))
    answers = listing(5, ONE), watched(event("ADDED", TWO), then=cut), watched(three, then=hold)
    async with ScriptedApi(tmp_path, *answers) as api, watching(api.settings) as discovery:
        await become(discovery, "10.0.0.1", "10.0.0.2", "10.0.0.3")
    assert [question.query.get("resourceVersion") for question in api.questions] == [None, "5", "6"]


@pytest.mark.parametrize(
    "ending", [refusal(410, "too old resource version"), watched(expired(), then=end)], ids=["status", "event"]
)
async def test_after_410_there_is_a_new_list_and_until_then_what_was_known(tmp_path: Path, ending: Answer) -> None:
    async with ScriptedApi(tmp_path, listing(5, ONE), ending) as api, watching(api.settings) as discovery:
        await asked(api, 3)
        assert await discovery.addresses() == {"10.0.0.1"}
        api.then(listing(90, TWO), watched(then=hold))
        await become(discovery, "10.0.0.2")
        await asked(api, 4)
    assert [question.query.get("resourceVersion") for question in api.questions] == [None, "5", None, "90"]


async def test_while_the_api_server_is_away_nobody_can_tell_and_afterwards_the_watch_goes_on(tmp_path: Path) -> None:
    api = ScriptedApi(tmp_path, listing(5, ONE), watched(then=hold))
    async with watching(api.settings) as discovery:
        async with api:
            await become(discovery, "10.0.0.1")
            await asked(api, 2)
        await eventually(lambda: out_of_reach(discovery), "the outage is noticed")
        api.then(watched(event("ADDED", TWO), then=hold))
        async with api:
            await eventually(lambda: within_reach(discovery), "the watch goes on")
            await become(discovery, "10.0.0.1", "10.0.0.2")
    assert api.questions[-1].query["resourceVersion"] == "5"


async def test_every_connection_takes_the_token_as_it_is_then(tmp_path: Path) -> None:
    async with ScriptedApi(tmp_path, listing(5, ONE)) as api, watching(api.settings) as discovery:
        await discovery.addresses()
        api.token.write_text("second-token\n")
        api.then(watched(then=end), watched(then=hold))
        await asked(api, 3)
    assert [question.token for question in api.questions] == ["first-token", "first-token", "second-token"]


async def test_a_refusal_is_told_in_the_words_of_the_api_server(tmp_path: Path) -> None:
    forbidden = refusal(403, "endpointslices is forbidden: User cannot list")
    async with ScriptedApi(tmp_path, forbidden) as api, watching(api.settings) as discovery:
        with pytest.raises(DiscoveryError, match=r"localhost:\d+/apis/.*: 403 .*User cannot list"):
            await discovery.addresses()


async def test_an_answer_that_is_none_of_kubernetes_is_an_outage(tmp_path: Path) -> None:
    async with ScriptedApi(tmp_path, watched("not", "a list", then=end)) as api, watching(api.settings) as discovery:
        with pytest.raises(DiscoveryError, match="validation error"):
            await discovery.addresses()


async def test_an_api_server_with_a_certificate_of_a_stranger_gets_no_token(tmp_path: Path) -> None:
    async with ScriptedApi(tmp_path, listing(5, ONE)) as api:
        trusting_a_stranger = api.settings.model_copy(update={"ca_file": api.certificates.stranger})
        async with watching(trusting_a_stranger) as discovery:
            with pytest.raises(DiscoveryError, match="CERTIFICATE_VERIFY_FAILED"):
                await discovery.addresses()
    assert api.questions == []


async def test_an_api_server_that_stays_away_is_asked_ever_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.routing.slice_watch._FIRST_PAUSE_SECONDS", 0.5)
    pauses: list[float] = []
    enough = asyncio.Event()

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 7:
            enough.set()
            await asyncio.Event().wait()

    api = ScriptedApi(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "sleep", sleep)
        async with watching(api.settings):
            await enough.wait()
    assert pauses == [pytest.approx(seconds, rel=0.21) for seconds in (1, 2, 4, 8, 15, 15, 15)]
