"""The cache in front of the directory: knows a key without waiting, forgets it when told."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.contracts import Denial, Principal
from gateway.identity.directory import Directory, Identity
from gateway.identity.keys import KeyMaker

_LOG = logging.getLogger(__name__)

_KNOWN_KEYS: Final = 100_000
_UNKNOWN_KEYS: Final = 10_000
#: Seconds for which an unknown key stays unknown: a new key works after this time even where it was tried too early.
_UNKNOWN_SECONDS: Final = 5.0
#: Seconds between attempts to reach a directory that is away.
_RETRY_SECONDS: Final = 2.0
#: Look-ups at a time, and waiting ones, for keys that were not made with our pepper.
_STRANGERS: Final = 2
_STRANGERS_WAITING: Final = 64

_UNKNOWN = Denial(401, "invalid_api_key", "Incorrect API key provided. Ask the administrator of this service for one.")
_EXPIRED = Denial(401, "expired_api_key", "This API key has expired or was revoked. Use its successor.")
_SUSPENDED = Denial(403, "tenant_suspended", "This account is suspended. Ask the administrator of this service.")
_UNAVAILABLE = Denial(503, "identity_unavailable", "API keys cannot be verified at the moment. Try again.", 2.0)
_CROWDED = Denial(503, "identity_busy", "Too many unknown API keys are being tried. Try again.", 1.0)


@dataclass(slots=True)
class _Entry:
    answer: Principal | Denial
    tenant_id: str
    key_id: str
    fresh_until: float
    stale_until: float


class CachingAuthenticator:
    """Implements `Authenticator`. Holds keyed hashes (fingerprints) only, never a key."""

    def __init__(
        self,
        keys: KeyMaker,
        directory: Directory,
        fresh_s: float,
        stale_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._directory = directory
        self._fresh_s = fresh_s
        self._stale_s = stale_s
        self._clock = clock
        self._known: dict[bytes, _Entry] = {}
        self._unknown: dict[bytes, float] = {}
        self._lookups: dict[bytes, asyncio.Task[Principal | Denial]] = {}
        self._strangers = asyncio.Semaphore(_STRANGERS)
        self._strangers_waiting = 0
        self._generation = 0

    def authenticate_cached(self, token: bytes) -> Principal | Denial | None:
        return self._cached(self._keys.fingerprint(token))

    async def authenticate(self, token: bytes) -> Principal | Denial:
        fingerprint = self._keys.fingerprint(token)
        cached = self._cached(fingerprint)
        if cached is not None:
            return cached
        lookup = self._lookups.get(fingerprint)
        if lookup is None:
            digest = self._keys.digest(token)
            if self._keys.made_here(token):
                lookup = asyncio.create_task(self._look_up(fingerprint, digest))
            elif self._strangers_waiting >= _STRANGERS_WAITING:
                return _CROWDED
            else:
                self._strangers_waiting += 1
                lookup = asyncio.create_task(self._look_up_stranger(fingerprint, digest))
            self._lookups[fingerprint] = lookup
            lookup.add_done_callback(lambda _: self._lookups.pop(fingerprint, None))
        return await asyncio.shield(lookup)

    def forget(self, identifier: str) -> None:
        """Drop what is cached about the tenant or key with this id."""
        self._generation += 1
        self._unknown.clear()
        for fingerprint, entry in list(self._known.items()):
            if identifier in (entry.tenant_id, entry.key_id):
                del self._known[fingerprint]

    def doubt_everything(self) -> None:
        """Ask the directory again about every key, when notices may have been missed. Stale answers are kept."""
        self._generation += 1
        self._unknown.clear()
        for entry in self._known.values():
            entry.fresh_until = 0.0

    def _cached(self, fingerprint: bytes) -> Principal | Denial | None:
        entry = self._known.get(fingerprint)
        if entry is not None:
            return entry.answer if self._clock() < entry.fresh_until else None
        unknown_until = self._unknown.get(fingerprint)
        return _UNKNOWN if unknown_until is not None and self._clock() < unknown_until else None

    async def _look_up_stranger(self, fingerprint: bytes, digest: bytes) -> Principal | Denial:
        try:
            async with self._strangers:
                return await self._look_up(fingerprint, digest)
        finally:
            self._strangers_waiting -= 1

    async def _look_up(self, fingerprint: bytes, digest: bytes) -> Principal | Denial:
        generation = self._generation
        try:
            identity = await self._directory.by_digest(digest)
        except Exception as error:  # whatever the driver raises: the directory is away
            _LOG.warning("keys cannot be verified: %s: %s", type(error).__name__, error)
            return self._stale(fingerprint)
        if identity is None:
            self._known.pop(fingerprint, None)
            _bound(self._unknown, _UNKNOWN_KEYS)
            self._unknown[fingerprint] = self._clock() + _UNKNOWN_SECONDS
            return _UNKNOWN
        entry = self._entry(identity)
        if generation == self._generation:
            _bound(self._known, _KNOWN_KEYS)
            self._known[fingerprint] = entry
        return entry.answer

    def _stale(self, fingerprint: bytes) -> Principal | Denial:
        entry, now = self._known.get(fingerprint), self._clock()
        if entry is None or now >= entry.stale_until:
            return _UNAVAILABLE
        entry.fresh_until = min(now + _RETRY_SECONDS, entry.stale_until)
        return entry.answer

    def _entry(self, identity: Identity) -> _Entry:
        principal, now = identity.principal, self._clock()
        answer: Principal | Denial = principal
        lifetime = self._stale_s
        if identity.suspended:
            answer = _SUSPENDED
        elif identity.expired:
            answer = _EXPIRED
        elif identity.expires_at is not None:
            lifetime = min(lifetime, (identity.expires_at - datetime.now(UTC)).total_seconds())
        return _Entry(
            answer,
            principal.tenant_id,
            principal.key_id,
            fresh_until=now + min(self._fresh_s, lifetime),
            stale_until=now + lifetime,
        )


def _bound(cache: dict[bytes, _Entry] | dict[bytes, float], size: int) -> None:
    """Make room for one more by dropping the oldest."""
    while len(cache) >= size:
        del cache[next(iter(cache))]
