"""Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016)."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

import xxhash

#: Points per engine: the load of the fullest arc stays within about 25 % of the mean.
_POINTS: Final = 100


class HashRing:
    """Maps a key to engines by preference. A change of one engine moves only the keys that it has or gets."""

    def __init__(self, names: Iterable[str]) -> None:
        points = [
            (xxhash.xxh3_64_intdigest(f"{name}#{number}".encode()), name)
            for name in set(names)
            for number in range(_POINTS)
        ]
        points.sort()
        self._hashes = [point for point, _ in points]
        self._names = [name for _, name in points]

    def preference(self, key: int) -> Iterator[str]:
        """The names in the order in which the key would use them, each once."""
        start, seen = bisect_left(self._hashes, key), set[str]()
        for offset in range(len(self._names)):
            name = self._names[(start + offset) % len(self._names)]
            if name not in seen:
                seen.add(name)
                yield name


def load_bound(outstanding: int, engines: int, slack: float) -> int:
    """Requests that one engine may have: `slack` (above 1) times the mean, counting the request to be placed."""
    return max(1, -int(-slack * (outstanding + 1) // engines))
