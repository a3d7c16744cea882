"""What can be asked of the limit script, in the shape that it reads."""

import time
from collections.abc import Sequence
from typing import Literal, TypeAlias

from gateway.contracts import ALL_MODELS, ModelLimits, Principal, TokenBudget
from gateway.limits.periods import current_period

#: Name of the model (or `*`), requests/min, tokens/min, concurrency; -1 means no limit.
ScopeLimits: TypeAlias = tuple[str, int, int, int]
#: Name of the period, its tokens, milliseconds to its end, tokens spent before (-1: not known here).
BudgetState: TypeAlias = tuple[str, int, int, int]
#: `reserve`: one request. `advance`: as many requests as are wanted and do not matter to others. `settle`: give back.
#: `renew`: keep places in flight.
Verb: TypeAlias = Literal["reserve", "advance", "settle", "renew"]
#: Verb, tenant, leases (one for each place in flight), requests, tokens (each one's to take, or all to give back),
#: scopes, budget.
Operation: TypeAlias = tuple[Verb, str, Sequence[str], int, int, tuple[ScopeLimits, ...], BudgetState | Literal[False]]


def scopes_of(principal: Principal, model: str) -> tuple[ScopeLimits, ...]:
    """The limits that a request for the model has to pass."""
    return tuple(_scope(name, principal.limits[name]) for name in (model, ALL_MODELS) if name in principal.limits)


def budget_state(budget: TokenBudget | None, spent: int = -1) -> BudgetState | Literal[False]:
    """The budget in its current period, of which `spent` tokens are gone according to the usage table."""
    if budget is None:
        return False
    period = current_period(budget.period)
    return period.name, budget.tokens, int((period.ends - time.time()) * 1000), spent


def _scope(name: str, limits: ModelLimits) -> ScopeLimits:
    numbers = (limits.requests_per_minute, limits.tokens_per_minute, limits.concurrency)
    rpm, tpm, concurrency = (-1 if number is None else number for number in numbers)
    return name, rpm, tpm, concurrency
