"""The key cache: what it believes, for how long, and what a flood of guesses does to it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.contracts import Denial, Principal
from gateway.identity.authenticator import CachingAuthenticator
from gateway.identity.directory import Identity
from gateway.identity.keys import KeyMaker
from harness.principals import principal

FRESH_S, STALE_S = 30.0, 300.0


class FakeDirectory:
    """Implements `Directory`."""

    def __init__(self) -> None:
        self.identities: dict[bytes, Identity] = {}
        self.away = False
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def by_digest(self, digest: bytes) -> Identity | None:
        self.asked += 1
        found = self.identities.get(digest)
        await self.gate.wait()
        if self.away:
            raise ConnectionRefusedError("PostgreSQL is away")
        return found


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """An authenticator with one known key."""

    def __init__(self, keys: KeyMaker) -> None:
        self.keys = keys
        self.clock = Clock()
        self.directory = FakeDirectory()
        self.authenticator = CachingAuthenticator(keys, self.directory, FRESH_S, STALE_S, self.clock)
        self.key = keys.make().secret.encode()
        self.know(principal())

    def know(self, who: Principal, *, suspended: bool = False, expires_at: datetime | None = None) -> None:
        self.directory.identities[self.keys.digest(self.key)] = Identity(who, suspended, expires_at)


@pytest.fixture
def desk(keys: KeyMaker) -> Desk:
    return Desk(keys)


async def test_a_key_is_known_without_waiting_while_it_is_fresh(desk: Desk) -> None:
    assert desk.authenticator.authenticate_cached(desk.key) is None
    assert await desk.authenticator.authenticate(desk.key) == principal()
    desk.clock.now += FRESH_S - 1
    assert desk.authenticator.authenticate_cached(desk.key) == principal()
    desk.clock.now += 2
    assert desk.authenticator.authenticate_cached(desk.key) is None


async def test_a_key_is_believed_while_the_directory_is_away_but_not_for_ever(desk: Desk) -> None:
    await desk.authenticator.authenticate(desk.key)
    desk.directory.away = True
    desk.clock.now += STALE_S - 1
    assert await desk.authenticator.authenticate(desk.key) == principal()
    asked = desk.directory.asked
    assert await desk.authenticator.authenticate(desk.key) == principal()
    assert desk.directory.asked == asked
    desk.clock.now += 2
    answer = await desk.authenticator.authenticate(desk.key)
    assert isinstance(answer, Denial)
    assert (answer.status, answer.code) == (503, "identity_unavailable")


async def test_an_expired_key_is_refused_at_its_second_even_while_it_is_fresh(desk: Desk) -> None:
    desk.know(principal(), expires_at=datetime.now(UTC) + timedelta(seconds=10))
    assert isinstance(await desk.authenticator.authenticate(desk.key), Principal)
    desk.clock.now += 11
    assert desk.authenticator.authenticate_cached(desk.key) is None
    desk.directory.away = True
    assert isinstance(await desk.authenticator.authenticate(desk.key), Denial)


async def test_a_notice_about_the_tenant_or_the_key_is_obeyed_at_once(desk: Desk) -> None:
    for identifier in ("ten_test", "key_test"):
        await desk.authenticator.authenticate(desk.key)
        desk.authenticator.forget(identifier)
        assert desk.authenticator.authenticate_cached(desk.key) is None


async def test_an_answer_that_was_under_way_when_a_notice_came_is_not_kept(desk: Desk) -> None:
    desk.directory.gate.clear()
    lookup = asyncio.create_task(desk.authenticator.authenticate(desk.key))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    desk.authenticator.forget("ten_test")
    desk.directory.gate.set()
    await lookup
    assert desk.authenticator.authenticate_cached(desk.key) is None


async def test_many_requests_with_one_key_ask_the_directory_once(desk: Desk) -> None:
    await asyncio.gather(*(desk.authenticator.authenticate(desk.key) for _ in range(100)))
    assert desk.directory.asked == 1


async def test_a_caller_that_leaves_does_not_take_the_answer_from_the_others(desk: Desk) -> None:
    desk.directory.gate.clear()
    first, second = (asyncio.create_task(desk.authenticator.authenticate(desk.key)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    desk.directory.gate.set()
    assert await second == principal()


async def test_a_flood_of_guessed_keys_is_turned_away_while_real_keys_are_served(desk: Desk) -> None:
    desk.directory.gate.clear()
    guesses = [asyncio.create_task(desk.authenticator.authenticate(b"sk-guess-%d" % n)) for n in range(1000)]
    await asyncio.sleep(0.01)
    turned_away = [task.result() for task in guesses if task.done()]
    assert len(turned_away) >= 900
    assert all(isinstance(answer, Denial) and answer.status == 503 for answer in turned_away)
    assert desk.directory.asked <= 2
    desk.directory.gate.set()
    assert await desk.authenticator.authenticate(desk.key) == principal()
    rest = await asyncio.gather(*guesses)
    assert not any(isinstance(answer, Principal) for answer in rest)


async def test_an_unknown_key_is_remembered_as_unknown_for_a_few_seconds(desk: Desk) -> None:
    stranger = desk.keys.make().secret.encode()
    for _ in range(3):
        answer = await desk.authenticator.authenticate(stranger)
        assert isinstance(answer, Denial)
        assert (answer.status, answer.code) == (401, "invalid_api_key")
    assert desk.directory.asked == 1
    desk.clock.now += 6
    await desk.authenticator.authenticate(stranger)
    assert desk.directory.asked == 2


async def test_no_key_is_kept_in_memory(desk: Desk) -> None:
    await desk.authenticator.authenticate(desk.key)
    assert desk.key not in repr(vars(desk.authenticator)).encode()


async def test_limits_that_change_reach_the_next_request(desk: Desk) -> None:
    await desk.authenticator.authenticate(desk.key)
    desk.know(replace(principal(), weight=7))
    desk.authenticator.forget("ten_test")
    answer = await desk.authenticator.authenticate(desk.key)
    assert isinstance(answer, Principal)
    assert answer.weight == 7
