"""API keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.keys import KeyMaker
from gateway.settings import ConfigurationError

OURS = KeyMaker("p" * 32)
THEIRS = KeyMaker("q" * 32)


def test_a_key_is_recognised_by_the_pepper_it_was_made_with_only() -> None:
    key = OURS.make().secret.encode()
    assert OURS.made_here(key)
    assert not THEIRS.made_here(key)
    assert OURS.digest(key) != THEIRS.digest(key)


@given(st.binary(max_size=200))
def test_no_other_bytes_pass_for_a_key(guess: bytes) -> None:
    assert not OURS.made_here(guess)


def test_the_hint_reveals_no_more_than_it_must() -> None:
    made = OURS.make()
    assert made.secret.startswith(made.hint)
    assert len(made.secret) - len(made.hint) >= 48


def test_a_short_pepper_is_refused_with_its_length() -> None:
    with pytest.raises(ConfigurationError, match="has 5 bytes; it needs 32 or more"):
        KeyMaker("short")
