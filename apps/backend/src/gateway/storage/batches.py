"""Batches and their lines in PostgreSQL."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from gateway.contracts import Principal
from gateway.jsontypes import Json, JsonObject
from gateway.storage.database import Database
from gateway.storage.files import write_file
from gateway.storage.rows import existing, new_id
from gateway.storage.tables import Batch, BatchItem, File

#: OpenAI's only completion window.
_WINDOW: Final = timedelta(hours=24)
_PURPOSE: Final = "batch_output"
#: Bytes of lines that are stored together, and lines that are read together: answers may be large.
_BYTES_AT_A_TIME: Final = 1024 * 1024
_LINES_AT_A_TIME: Final = 8
FINAL: Final = ("completed", "failed", "cancelled", "expired")


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines of a batch."""

    total: int = 0
    completed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class NewItem:
    """One readable line of a batch's input file."""

    line: int
    custom_id: str
    body: JsonObject
    #: Bytes of the line.
    size: int


class BatchStore:
    """A batch of another tenant is a batch that does not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, principal: Principal, endpoint: str, input_file_id: str, labels: dict[str, str]) -> Batch:
        """Raises NotFoundError when the tenant has no such file."""
        now = datetime.now(UTC)
        batch = Batch(
            id=new_id("batch"),
            tenant_id=principal.tenant_id,
            key_id=principal.key_id,
            endpoint=endpoint,
            input_file_id=input_file_id,
            status="validating",
            labels=labels,
            errors=[],
            created_at=now,
            expires_at=now + _WINDOW,
        )
        async with self._database.session() as session:
            await existing(session, File, input_file_id, principal.tenant_id)
            session.add(batch)
        return batch

    async def get(self, batch_id: str, tenant_id: str | None = None) -> Batch:
        async with self._database.session() as session:
            return await existing(session, Batch, batch_id, tenant_id)

    async def newest(self, tenant_id: str, after: str | None, limit: int) -> Sequence[Batch]:
        """Newest first, starting behind the batch `after`."""
        query = select(Batch).where(Batch.tenant_id == tenant_id).order_by(Batch.created_at.desc(), Batch.id.desc())
        async with self._database.session() as session:
            if after:
                last = await existing(session, Batch, after, tenant_id)
                same_time = (Batch.created_at == last.created_at) & (Batch.id < last.id)
                query = query.where((Batch.created_at < last.created_at) | same_time)
            return (await session.scalars(query.limit(limit))).all()

    async def unfinished(self) -> Sequence[str]:
        """Ids of all batches that still need a worker."""
        async with self._database.session() as session:
            return (await session.scalars(select(Batch.id).where(Batch.status.not_in(FINAL)))).all()

    async def cancel(self, batch_id: str, tenant_id: str) -> Batch:
        """Ask the worker to stop; what is finished already stays as it is."""
        async with self._database.session() as session:
            batch = await existing(session, Batch, batch_id, tenant_id)
            if batch.status not in FINAL:
                batch.status = "cancelling"
        return batch

    async def advance(self, batch_id: str, before: str, after: str) -> bool:
        """Move on from the status `before`; False when the batch is somewhere else by now."""
        change = update(Batch).where(Batch.id == batch_id, Batch.status == before).values(status=after)
        async with self._database.session() as session:
            return (await session.execute(change.returning(Batch.id))).first() is not None

    async def fail(self, batch_id: str, errors: list[JsonObject]) -> None:
        change = update(Batch).where(Batch.id == batch_id, Batch.status.not_in(FINAL))
        async with self._database.session() as session:
            await session.execute(change.values(status="failed", errors=errors, finished_at=datetime.now(UTC)))

    async def replace_items(self, batch_id: str, items: AsyncIterable[NewItem]) -> None:
        """Store all lines in one transaction; a second attempt starts over. What `items` raise leaves nothing."""
        async with self._database.session() as session:
            await session.execute(delete(BatchItem).where(BatchItem.batch_id == batch_id))
            async for some in _portions(items):
                rows = [
                    {
                        "batch_id": batch_id,
                        "line": item.line,
                        "custom_id": item.custom_id,
                        "body": item.body,
                        "request_id": new_id("breq"),
                    }
                    for item in some
                ]
                await session.execute(insert(BatchItem), rows)

    async def pending(self, batch_id: str, limit: int) -> Sequence[BatchItem]:
        """Lines without an answer, in the order of the file; `body_of` has what they ask."""
        query = select(BatchItem).where(BatchItem.batch_id == batch_id, BatchItem.status.is_(None))
        query = query.options(defer(BatchItem.body), defer(BatchItem.answer)).order_by(BatchItem.line)
        async with self._database.session() as session:
            return (await session.scalars(query.limit(limit))).all()

    async def body_of(self, item: BatchItem) -> JsonObject:
        query = select(BatchItem.body).where(BatchItem.batch_id == item.batch_id, BatchItem.line == item.line)
        async with self._database.session() as session:
            return (await session.scalars(query)).one()

    async def answered(self, batch_id: str, least: int, most: int) -> AsyncIterator[BatchItem]:
        """Lines whose answers have a status between these, in the order of the file."""
        query = select(BatchItem).where(BatchItem.batch_id == batch_id, BatchItem.status.between(least, most))
        query = query.options(defer(BatchItem.body)).order_by(BatchItem.line)
        async with self._database.session() as session:
            async for item in await session.stream_scalars(query.execution_options(yield_per=_LINES_AT_A_TIME)):
                yield item

    async def answer(self, item: BatchItem, status: int, answer: Json) -> None:
        """Keep the first answer that a line gets."""
        where = (BatchItem.batch_id == item.batch_id, BatchItem.line == item.line, BatchItem.status.is_(None))
        async with self._database.session() as session:
            await session.execute(update(BatchItem).where(*where).values(status=status, answer=answer))

    async def counts(self, batch_id: str) -> Counts:
        succeeded = func.count(case((BatchItem.status < 400, 1)))
        failed = func.count(case((BatchItem.status >= 400, 1)))
        query = select(func.count(), succeeded, failed).where(BatchItem.batch_id == batch_id)
        async with self._database.session() as session:
            return Counts(*(await session.execute(query)).one())

    async def finish(
        self, batch: Batch, status: str, output: AsyncIterable[bytes], errors: AsyncIterable[bytes]
    ) -> None:
        """Write the result files and the final status together, or nothing when another worker was faster."""
        async with self._database.session() as session:
            query = select(Batch).where(Batch.id == batch.id, Batch.status.not_in(FINAL)).with_for_update()
            if (await session.scalars(query)).one_or_none() is None:
                return
            written = await write_file(session, batch.tenant_id, f"{batch.id}_output.jsonl", _PURPOSE, output)
            failed = await write_file(session, batch.tenant_id, f"{batch.id}_error.jsonl", _PURPOSE, errors)
            change = update(Batch).where(Batch.id == batch.id)
            await session.execute(
                change.values(
                    status=status,
                    output_file_id=await _kept(session, written),
                    error_file_id=await _kept(session, failed),
                    finished_at=datetime.now(UTC),
                )
            )


async def _portions(items: AsyncIterable[NewItem]) -> AsyncIterator[list[NewItem]]:
    """The same items in lists that are large enough to be stored quickly and small enough for the memory."""
    portion: list[NewItem] = []
    size = 0
    async for item in items:
        portion.append(item)
        size += item.size
        if size >= _BYTES_AT_A_TIME:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


async def _kept(session: AsyncSession, file: File) -> str | None:
    """The file's id; a file without content is removed again."""
    if file.bytes:
        return file.id
    await session.delete(file)
    return None
