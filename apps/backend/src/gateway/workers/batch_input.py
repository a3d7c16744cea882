"""Reads the input file of a batch."""

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass, field
from typing import Final

import orjson

from gateway.jsontypes import MOST_VALUES, Json, JsonObject, too_many_values
from gateway.storage.batches import NewItem

#: OpenAI's limit on the lines of a batch.
MOST_LINES: Final = 50_000
#: Errors that are reported before the file is given up.
_MOST_ERRORS: Final = 50


class InvalidInputError(Exception):
    """The file has mistakes: `errors` as the batch shows them."""

    def __init__(self, errors: list[JsonObject]) -> None:
        super().__init__(f"{len(errors)} mistakes")
        self.errors = errors


@dataclass(slots=True)
class _Reading:
    endpoint: str
    #: Bytes that a line may have.
    longest: int
    errors: list[JsonObject] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def complain(self, code: str, message: str, line: int | None) -> None:
        self.errors.append({"code": code, "message": message, "param": None, "line": line})


async def read_input(lines: AsyncIterable[bytes], endpoint: str, longest: int) -> AsyncIterator[NewItem]:
    """Every line, one by one; empty ones are passed over. Raises InvalidInputError, at the end, for all mistakes."""
    reading = _Reading(endpoint, longest)
    number = 0
    async for text in lines:
        number += 1
        if not text.strip():
            continue
        if len(reading.seen) >= MOST_LINES:
            reading.complain("too_many_requests", f"A batch may have {MOST_LINES} requests.", number)
            break
        if len(reading.errors) >= _MOST_ERRORS:
            break
        item = _read_line(reading, text, number)
        if item and not reading.errors:
            yield item
    if not reading.seen and not reading.errors:
        reading.complain("empty_file", "The input file has no requests.", None)
    if reading.errors:
        raise InvalidInputError(reading.errors)


def _read_line(reading: _Reading, text: bytes, number: int) -> NewItem | None:
    if len(text) > reading.longest or too_many_values(text):
        message = f"A line may have {reading.longest} bytes and {MOST_VALUES} values; an object counts as five."
        reading.complain("line_too_long", message, number)
        return None
    try:
        line: Json = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reading.complain("invalid_json_line", f"This line is not JSON: {error}.", number)
        return None
    if not isinstance(line, dict):
        reading.complain("invalid_request", "Each line must be a JSON object.", number)
        return None
    return _read_request(reading, line, number, len(text))


def _read_request(reading: _Reading, line: JsonObject, number: int, size: int) -> NewItem | None:
    custom_id, method, url, body = (line.get(name) for name in ("custom_id", "method", "url", "body"))
    if not isinstance(custom_id, str) or not custom_id or "\0" in custom_id:
        reading.complain("missing_required_parameter", "custom_id must be a text that is not empty.", number)
    elif method != "POST":
        reading.complain("invalid_method", f"method is {method!r}; it must be 'POST'.", number)
    elif url != reading.endpoint:
        reading.complain("mismatched_endpoint", f"url is {url!r}, but the batch is for {reading.endpoint!r}.", number)
    elif not isinstance(body, dict) or not isinstance(body.get("model"), str):
        reading.complain("invalid_request", "body must be an object with a model.", number)
    elif body.get("stream"):
        reading.complain("invalid_request", "Requests of a batch cannot be streamed; leave stream out.", number)
    elif custom_id in reading.seen:
        reading.complain("duplicate_custom_id", f"The custom_id {custom_id!r} was used before.", number)
    else:
        reading.seen.add(custom_id)
        return NewItem(number, custom_id, body, size)
    return None
