"""Calendar periods of budgets, in UTC."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

PeriodKind: TypeAlias = Literal["day", "month"]


@dataclass(frozen=True, slots=True)
class Period:
    """A day, or a month."""

    start: datetime
    #: ISO date of its first day.
    name: str
    #: Seconds since the epoch: its first instant, and the first one after it.
    begins: float
    ends: float

    def milliseconds_left(self) -> int:
        return max(0, int((self.ends - time.time()) * 1000))


_CURRENT: Final[dict[PeriodKind, Period]] = {}


def current_period(kind: PeriodKind) -> Period:
    """The period that this moment lies in. Kept until it ends: every request asks, and calendars are slow."""
    now = time.time()
    known = _CURRENT.get(kind)
    if known is None or not known.begins <= now < known.ends:
        known = _CURRENT[kind] = period_of(kind, datetime.fromtimestamp(now, UTC))
    return known


def period_of(kind: PeriodKind, moment: datetime) -> Period:
    """The day or month that a moment lies in."""
    start = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + timedelta(days=1)
    if kind == "month":
        start = start.replace(day=1)
        end = (start + timedelta(days=32)).replace(day=1)
    return Period(start, start.date().isoformat(), start.timestamp(), end.timestamp())
