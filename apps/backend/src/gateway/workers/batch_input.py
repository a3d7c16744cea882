"""Reads the input file of a batch."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from typing import Final

import orjson

from gateway.jsontypes import Json, JsonObject
from gateway.storage.batches import NewItem

#: OpenAI's limit on the lines of a batch.
MOST_LINES: Final = 50_000
#: Errors that are reported before the file is given up.
_MOST_ERRORS: Final = 50


@dataclass(slots=True)
class BatchInput:
    """The lines of a file, and what is wrong with it."""

    items: list[NewItem] = field(default_factory=list)
    errors: list[JsonObject] = field(default_factory=list)

    def complain(self, code: str, message: str, line: int | None) -> None:
        self.errors.append({"code": code, "message": message, "param": None, "line": line})


async def read_input(lines: AsyncIterable[bytes], endpoint: str) -> BatchInput:
    """Check every line; empty ones are passed over."""
    found = BatchInput()
    seen: set[str] = set()
    number = 0
    async for text in lines:
        number += 1
        if not text.strip():
            continue
        if len(found.items) >= MOST_LINES:
            found.complain("too_many_requests", f"A batch may have {MOST_LINES} requests.", number)
        if len(found.errors) >= _MOST_ERRORS or len(found.items) >= MOST_LINES:
            return found
        item = _read_line(found, text, number, endpoint)
        if item is None:
            continue
        if item.custom_id in seen:
            found.complain("duplicate_custom_id", f"The custom_id {item.custom_id!r} was used before.", number)
        seen.add(item.custom_id)
        found.items.append(item)
    if not found.items and not found.errors:
        found.complain("empty_file", "The input file has no requests.", None)
    return found


def _read_line(found: BatchInput, text: bytes, number: int, endpoint: str) -> NewItem | None:
    try:
        line: Json = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        found.complain("invalid_json_line", f"This line is not JSON: {error}.", number)
        return None
    if not isinstance(line, dict):
        found.complain("invalid_request", "Each line must be a JSON object.", number)
        return None
    custom_id, method, url, body = (line.get(name) for name in ("custom_id", "method", "url", "body"))
    if not isinstance(custom_id, str) or not custom_id or "\0" in custom_id:
        found.complain("missing_required_parameter", "custom_id must be a text that is not empty.", number)
    elif method != "POST":
        found.complain("invalid_method", f"method is {method!r}; it must be 'POST'.", number)
    elif url != endpoint:
        found.complain("mismatched_endpoint", f"url is {url!r}, but the batch is for {endpoint!r}.", number)
    elif not isinstance(body, dict) or not isinstance(body.get("model"), str):
        found.complain("invalid_request", "body must be an object with a model.", number)
    elif body.get("stream"):
        found.complain("invalid_request", "Requests of a batch cannot be streamed; leave stream out.", number)
    else:
        return NewItem(number, custom_id, body)
    return None
