"""What can be typed behind `python -m gateway`."""

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Protocol, TypeVar, get_args

from pydantic import Field, TypeAdapter, ValidationError

from gateway import administration
from gateway.administration import Command
from gateway.api import fields
from gateway.contracts import Scope
from gateway.usage.reports import Grouping

_T = TypeVar("_T")
#: Lifetime of a key in days, and of a replaced one in hours.
_Days = Annotated[int, Field(ge=1, le=36_500)]
_Overlap = Annotated[float, Field(ge=0, le=30 * 24)]


def _as(field: TypeAdapter[_T]) -> Callable[[str], _T]:
    """Reads an argument by the rules that the API has for the field."""

    def read(text: str) -> _T:
        try:
            return field.validate_strings(text)
        except ValidationError as error:
            raise argparse.ArgumentTypeError(f"{text!r}: {error.errors()[0]['msg']}") from error

    return read


class _Verbs(Protocol):
    """What `add_subparsers` returns."""

    def add_parser(self, name: str) -> argparse.ArgumentParser: ...


def parser() -> argparse.ArgumentParser:
    """The whole command line. A parsed line has `command`, and `admin` (a coroutine function) for admin commands."""
    top = argparse.ArgumentParser(
        prog="gateway", description="OpenAI-compatible gateway in front of vLLM engines. Configured by environment."
    )
    commands = top.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="answer requests until SIGTERM, then drain")
    commands.add_parser("worker", help="store usage and run jobs until SIGTERM")
    migrate = commands.add_parser("migrate", help="bring the schema up to date and register the first key")
    migrate.add_argument(
        "--contract",
        dest="through",
        action="store_const",
        const="contract",
        default="expand",
        help="also remove what only older versions use; for when none of them runs any more",
    )
    things = commands.add_parser("admin", help="manage tenants").add_subparsers(required=True, metavar="THING")
    _tenant(things.add_parser("tenant", help="customers").add_subparsers(required=True, metavar="VERB"))
    _key(things.add_parser("key", help="API keys").add_subparsers(required=True, metavar="VERB"))
    _limits(things.add_parser("limits", help="rates per model").add_subparsers(required=True, metavar="VERB"))
    _budget(things.add_parser("budget", help="tokens per period").add_subparsers(required=True, metavar="VERB"))
    _usage(things.add_parser("usage", help="what was used").add_subparsers(required=True, metavar="VERB"))
    return top


def _verb(verbs: _Verbs, name: str, run: Command) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name)
    verb.set_defaults(admin=run)
    return verb


def _tenant(verbs: _Verbs) -> None:
    create = _verb(verbs, "create", administration.create_tenant)
    create.add_argument("name", type=_as(TypeAdapter(fields.Name)))
    create.add_argument("--priority", type=int, choices=range(10), default=1, help="0 is served first")
    create.add_argument("--weight", type=_as(TypeAdapter(fields.Weight)), default=1, help="share of a busy model")
    _verb(verbs, "list", administration.list_tenants)
    status = _verb(verbs, "status", administration.set_status)
    status.add_argument("tenant")
    status.add_argument("status", choices=("active", "suspended"))


def _key(verbs: _Verbs) -> None:
    issue = _verb(verbs, "issue", administration.issue_key)
    issue.add_argument("tenant")
    issue.add_argument("name", type=_as(TypeAdapter(fields.Name)))
    issue.add_argument("--scope", action="append", choices=get_args(Scope), help="may be repeated")
    issue.add_argument("--model", action="append", help="may be repeated; every model when left out")
    issue.add_argument("--days", type=_as(TypeAdapter(_Days)), help="lifetime; unlimited when left out")
    _verb(verbs, "list", administration.list_keys).add_argument("tenant")
    rotate = _verb(verbs, "rotate", administration.rotate_key)
    rotate.add_argument("key")
    rotate.add_argument(
        "--overlap-hours", type=_as(TypeAdapter(_Overlap)), default=24, help="how long the old key still works"
    )
    _verb(verbs, "revoke", administration.revoke_key).add_argument("key")


def _limits(verbs: _Verbs) -> None:
    change = _verb(verbs, "set", administration.set_limits)
    change.add_argument("tenant")
    change.add_argument("model", help="a model, or * for all together")
    for name in ("--requests-per-minute", "--tokens-per-minute", "--concurrency"):
        change.add_argument(name, type=_as(TypeAdapter(fields.Count)), help="no limit when left out")
    remove = _verb(verbs, "remove", administration.remove_limits)
    remove.add_argument("tenant")
    remove.add_argument("model")
    _verb(verbs, "list", administration.list_limits).add_argument("tenant")


def _budget(verbs: _Verbs) -> None:
    change = _verb(verbs, "set", administration.set_budget)
    change.add_argument("tenant")
    change.add_argument("period", choices=("day", "month"))
    change.add_argument("tokens", type=_as(TypeAdapter(fields.Tokens)))
    _verb(verbs, "remove", administration.remove_budget).add_argument("tenant")


def _usage(verbs: _Verbs) -> None:
    today = datetime.now(UTC).date()
    report = _verb(verbs, "report", administration.report_usage)
    report.add_argument("tenant")
    report.add_argument("--since", type=date.fromisoformat, default=today - timedelta(days=30), help="first day, UTC")
    report.add_argument("--until", type=date.fromisoformat, default=today, help="last day, UTC")
    report.add_argument("--by", choices=get_args(Grouping), default="total")
