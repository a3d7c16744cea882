"""Principals for tests that need no database."""

from collections.abc import Mapping

from gateway.contracts import ModelLimits, Principal, TokenBudget


def principal(
    limits: Mapping[str, ModelLimits] | None = None,
    budget: TokenBudget | None = None,
    tenant_id: str = "ten_test",
) -> Principal:
    return Principal(
        tenant_id=tenant_id,
        key_id="key_test",
        scopes=frozenset({"inference"}),
        models=None,
        priority=1,
        weight=1,
        limits=limits or {},
        budget=budget,
    )
