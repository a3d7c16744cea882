"""The type of a JSON value, and how many of them a text may hold."""

from typing import Final, TypeAlias

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
JsonObject: TypeAlias = dict[str, Json]

#: Values that a text may have at most, of which an object counts as five: read, they take some 100 MB.
MOST_VALUES: Final = 1_000_000
_OBJECT: Final = 5
#: Bytes of a text that cannot have too many.
_SMALL: Final = 64 * 1024


def too_many_values(text: bytes | bytearray) -> bool:
    """Whether reading the text might take far more memory than it has bytes: `[]` takes thirty times as much."""
    if len(text) <= _SMALL:
        return False
    return text.count(b",") + text.count(b"[") + _OBJECT * text.count(b"{") > MOST_VALUES
