"""Calendar periods of budgets, in UTC."""

from datetime import UTC, datetime, timedelta
from typing import Literal


def period_start(period: Literal["day", "month"], now: datetime) -> datetime:
    """Midnight of the day, or of the first of the month, that `now` lies in."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if period == "day" else midnight.replace(day=1)


def period_end(period: Literal["day", "month"], now: datetime) -> datetime:
    """The first instant that no longer belongs to the period of `now`."""
    start = period_start(period, now)
    if period == "day":
        return start + timedelta(days=1)
    return (start + timedelta(days=32)).replace(day=1)
