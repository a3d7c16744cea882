"""API keys: made here, shown once, kept as a keyed hash."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from gateway.settings import ConfigurationError

_PREFIX: Final = "sk-"
_RANDOM_BYTES: Final = 24
_CHECK_DIGITS: Final = 12
_HINT_CHARACTERS: Final = 10
_SHORTEST_PEPPER: Final = 32


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: `secret` is for the client, the rest is for the table."""

    secret: str
    hint: str
    digest: bytes


class KeyMaker:
    """Makes keys and hashes them with the pepper, without which a stolen table is worth nothing.

    A key is 192 random bits and a check made with the pepper. Keys that fail the check were not made here: during a
    flood of guesses only the keys that pass are looked up without queueing.
    """

    def __init__(self, pepper: str) -> None:
        """`pepper` must have 32 bytes or more. Raises ConfigurationError otherwise."""
        self._pepper = pepper.encode()
        self._process_secret = secrets.token_bytes(32)
        if len(self._pepper) < _SHORTEST_PEPPER:
            raise ConfigurationError(
                f"The pepper in GATEWAY_PEPPER_FILE has {len(self._pepper)} bytes; it needs {_SHORTEST_PEPPER} or more."
            )

    def make(self) -> NewKey:
        body = _PREFIX + secrets.token_hex(_RANDOM_BYTES)
        return self.describe(body + self._check(body.encode()))

    def describe(self, secret: str) -> NewKey:
        """What the table keeps of a key, also of one that was made elsewhere."""
        return NewKey(secret=secret, hint=secret[:_HINT_CHARACTERS], digest=self.digest(secret.encode()))

    def digest(self, token: bytes) -> bytes:
        return hmac.digest(self._pepper, token, "sha256")

    def fingerprint(self, token: bytes) -> bytes:
        """As `digest`, for the memory of this process only and at a quarter of the cost."""
        return hashlib.blake2b(token, digest_size=32, key=self._process_secret).digest()

    def made_here(self, token: bytes) -> bool:
        body, check = token[:-_CHECK_DIGITS], token[-_CHECK_DIGITS:]
        return hmac.compare_digest(self._check(body).encode(), check)

    def _check(self, body: bytes) -> str:
        return hmac.digest(self._pepper, b"check:" + body, "sha256").hex()[:_CHECK_DIGITS]
