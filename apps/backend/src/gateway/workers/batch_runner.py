"""Runs batches. Whatever is done is in PostgreSQL, so any worker can go on where another one stopped."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import orjson

from gateway.contracts import InternalCall, Principal
from gateway.identity.directory import PostgresDirectory
from gateway.jsontypes import Json, JsonObject
from gateway.storage.batches import FINAL, BatchStore
from gateway.storage.files import FileStore
from gateway.storage.rows import NotFoundError
from gateway.storage.tables import Batch, BatchItem
from gateway.workers.batch_input import InvalidInputError, read_input
from gateway.workers.inference import InferenceAnswer, InferenceClient
from gateway.workers.worker import PermanentError

#: Batches give way to everything else.
_LOWEST_PRIORITY: Final = 9
_LINES_AT_A_TIME: Final = 200
_ATTEMPTS_AFTER_FAILURE: Final = 3
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0
#: Codes of 429 answers that waiting does not change.
_HOPELESS: Final = ("insufficient_quota", "request_too_large_for_limit")
_KEY_ENDED: Final[JsonObject] = {
    "error": {
        "message": "The API key that made this batch has expired or was revoked, or its account is suspended.",
        "type": "authentication_error",
        "param": None,
        "code": "expired_api_key",
    }
}


class BatchRunner:
    """Handles jobs of the kind `batch`."""

    def __init__(
        self,
        batches: BatchStore,
        files: FileStore,
        directory: PostgresDirectory,
        client: InferenceClient,
        concurrency: int,
        longest_line: int,
    ) -> None:
        """`longest_line`: bytes that a line may have; a request is no larger."""
        self._longest_line = longest_line
        self._batches = batches
        self._files = files
        self._directory = directory
        self._client = client
        self._concurrency = concurrency

    async def handle(self, payload: JsonObject) -> None:
        """Take a batch from wherever it is to its end."""
        try:
            batch = await self._batches.get(str(payload["batch_id"]))
        except NotFoundError as error:
            raise PermanentError(str(error)) from error
        if batch.status == "validating":
            await self._validate(batch)
        await self._answer_lines(batch)
        await self._finish(batch.id)

    async def _validate(self, batch: Batch) -> None:
        try:
            file = await self._files.get(batch.tenant_id, batch.input_file_id)
        except NotFoundError as error:
            await self._batches.fail(batch.id, [{"code": "file_not_found", "message": str(error), "line": None}])
            return
        items = read_input(self._files.lines(file, self._longest_line), batch.endpoint, self._longest_line)
        try:
            await self._batches.replace_items(batch.id, items)
        except InvalidInputError as error:
            await self._batches.fail(batch.id, error.errors)
            return
        await self._batches.advance(batch.id, "validating", "in_progress")

    async def _answer_lines(self, batch: Batch) -> None:
        places = asyncio.Semaphore(self._concurrency)
        while await self._wanted(batch.id):
            items = await self._batches.pending(batch.id, _LINES_AT_A_TIME)
            if not items:
                return
            principal = await self._principal(batch)
            async with asyncio.TaskGroup() as lines:
                for item in items:
                    await places.acquire()
                    line = lines.create_task(self._answer_line(batch, item, principal))
                    line.add_done_callback(lambda _: places.release())

    async def _answer_line(self, batch: Batch, item: BatchItem, principal: Principal | None) -> None:
        if principal is None:
            await self._batches.answer(item, 401, _KEY_ENDED)
            return
        body = await self._batches.body_of(item)
        attempt, pause = 1, _FIRST_PAUSE_SECONDS
        while True:
            call = InternalCall(principal, f"{item.request_id}-{attempt}")
            answer = await self._client.post(batch.endpoint, body, call)
            if not _worth_repeating(answer, attempt):
                await self._batches.answer(item, answer.status, answer.body)
                return
            await asyncio.sleep(pause)
            attempt, pause = attempt + 1, min(pause * 2, _LONGEST_PAUSE_SECONDS)
            if not await self._wanted(batch.id):
                return

    async def _wanted(self, batch_id: str) -> bool:
        batch = await self._batches.get(batch_id)
        return batch.status == "in_progress" and datetime.now(UTC) < batch.expires_at

    async def _principal(self, batch: Batch) -> Principal | None:
        identity = await self._directory.by_key_id(batch.key_id)
        if identity is None or identity.expired or identity.suspended:
            return None
        return replace(identity.principal, priority=max(identity.principal.priority, _LOWEST_PRIORITY))

    async def _finish(self, batch_id: str) -> None:
        batch = await self._batches.get(batch_id)
        if batch.status in FINAL:
            return
        status = "completed"
        if batch.status == "cancelling":
            status = "cancelled"
        elif await self._batches.pending(batch_id, 1):
            status = "expired"
        succeeded = self._results(self._batches.answered(batch_id, 0, HTTPStatus.BAD_REQUEST - 1))
        failed = self._results(self._batches.answered(batch_id, HTTPStatus.BAD_REQUEST, 999))
        await self._batches.finish(batch, status, succeeded, failed)

    async def _results(self, items: AsyncIterator[BatchItem]) -> AsyncIterator[bytes]:
        """The lines of the output file, or of the error file."""
        async for item in items:
            yield _result(item)


def _worth_repeating(answer: InferenceAnswer, attempt: int) -> bool:
    if answer.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return _error_code(answer.body) not in _HOPELESS
    return answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and attempt < _ATTEMPTS_AFTER_FAILURE


def _error_code(body: Json) -> Json:
    error = body.get("error") if isinstance(body, dict) else None
    return error.get("code") if isinstance(error, dict) else None


def _result(item: BatchItem) -> bytes:
    return orjson.dumps(
        {
            "id": item.request_id,
            "custom_id": item.custom_id,
            "response": {"status_code": item.status, "request_id": item.request_id, "body": item.answer},
            "error": None,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )
