"""A batch's input is read line by line, however long the file or a line of it is."""

from collections.abc import AsyncIterator

import orjson
import pytest

from gateway.jsontypes import Json
from gateway.storage.batches import NewItem
from gateway.workers.batch_input import InvalidInputError, read_input

CHAT = "/v1/chat/completions"
LONGEST = 2_000_000


def _line(number: int, **body: Json) -> bytes:
    fields: Json = {"custom_id": f"c{number}", "method": "POST", "url": CHAT, "body": {"model": "m", **body}}
    return orjson.dumps(fields)


async def _read(*lines: bytes) -> list[NewItem]:
    async def given() -> AsyncIterator[bytes]:
        for line in lines:
            yield line

    return [item async for item in read_input(given(), CHAT, LONGEST)]


async def test_a_line_is_handed_on_before_the_next_one_is_read() -> None:
    read: list[int] = []

    async def lines() -> AsyncIterator[bytes]:
        for number in range(100):
            read.append(number)
            yield _line(number)

    async for item in read_input(lines(), CHAT, LONGEST):
        assert read[-1] == item.line - 1


@pytest.mark.parametrize("line", [_line(1, x="y" * LONGEST), _line(1, x=[{}] * 250_000)], ids=["bytes", "values"])
async def test_a_line_that_takes_too_much_memory_is_a_mistake(line: bytes) -> None:
    with pytest.raises(InvalidInputError) as invalid:
        await _read(_line(0), line, b"{")
    found = [(error["line"], error["code"]) for error in invalid.value.errors]
    assert found == [(2, "line_too_long"), (3, "invalid_json_line")]


async def test_a_file_without_requests_is_a_mistake() -> None:
    with pytest.raises(InvalidInputError) as invalid:
        await _read(b"", b"  ")
    assert [error["code"] for error in invalid.value.errors] == ["empty_file"]
