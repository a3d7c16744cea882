"""What can be asked of the limit script, in the shape that it reads."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from gateway.contracts import ALL_MODELS, ModelLimits, Principal
from gateway.limits.periods import Period

#: Name of the model (or `*`), requests/min, tokens/min, concurrency; -1 means no limit.
ScopeLimits: TypeAlias = tuple[str, int, int, int]
#: Name of the period, the budget's tokens, milliseconds to its end, and tokens: for `reserve` and `advance` those spent
#: before (-1: not known here), for `settle` those that were taken, for `renew` all that this replica has taken.
BudgetState: TypeAlias = tuple[str, int, int, int]
#: `reserve`: one request. `advance`: as many requests as are wanted and do not matter to others. `settle`: give back.
#: `renew`: keep what was taken.
Verb: TypeAlias = Literal["reserve", "advance", "settle", "renew"]
#: Verb, tenant, leases (one for each place in flight), requests, tokens (each one's to take, or all to give back),
#: scopes, budget.
Operation: TypeAlias = tuple[Verb, str, Sequence[str], int, int, tuple[ScopeLimits, ...], BudgetState | Literal[False]]


def scopes_of(principal: Principal, model: str) -> tuple[ScopeLimits, ...]:
    """The limits that a request for the model has to pass."""
    names = (model, ALL_MODELS) if model != ALL_MODELS else (ALL_MODELS,)
    return tuple(_scope(name, principal.limits[name]) for name in names if name in principal.limits)


def budget_state(principal: Principal, period: Period | None, tokens: int = -1) -> BudgetState | Literal[False]:
    """The principal's budget in a period of it; `tokens` as the verb needs them."""
    if principal.budget is None or period is None:
        return False
    return period.name, principal.budget.tokens, period.milliseconds_left(), tokens


def undo(reserve: Operation) -> Operation:
    """What gives back all but the request that a `reserve` took."""
    _, tenant, leases, _, tokens, scopes, budget = reserve
    return "settle", tenant, leases, 0, tokens, scopes, (*budget[:3], tokens) if budget else False


def _scope(name: str, limits: ModelLimits) -> ScopeLimits:
    numbers = (limits.requests_per_minute, limits.tokens_per_minute, limits.concurrency)
    rpm, tpm, concurrency = (-1 if number is None else number for number in numbers)
    return name, rpm, tpm, concurrency
