"""Files of tenants, in PostgreSQL: every replica sees them and they are backed up with everything else."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.storage.database import Database
from gateway.storage.rows import existing, new_id
from gateway.storage.tables import File, FilePart, Tenant

PART_BYTES: Final = 1024 * 1024


class FileTooLargeError(ValueError):
    """The message says which limit was reached."""


class FileStore:
    """A file of another tenant is a file that does not exist."""

    def __init__(self, database: Database, file_max_bytes: int, tenant_max_bytes: int) -> None:
        self._database = database
        #: Bytes that one file may have.
        self.file_max_bytes = file_max_bytes
        self._tenant_max_bytes = tenant_max_bytes

    async def check_room(self, tenant_id: str, size: int) -> None:
        """Raise FileTooLargeError when a further file of so many bytes would be too much."""
        async with self._database.session() as session:
            await self._check_total(session, tenant_id, size)

    async def store(self, tenant_id: str, filename: str, purpose: str, content: AsyncIterable[bytes]) -> File:
        """Keep a file that a tenant sent. Raises FileTooLargeError; nothing is kept then."""
        async with self._database.session() as session:
            file = await write_file(session, tenant_id, filename, purpose, self._bounded(content))
            # One upload after the other from here to the commit, so that none overlooks another.
            await session.execute(select(Tenant.id).where(Tenant.id == tenant_id).with_for_update(key_share=True))
            await self._check_total(session, tenant_id, 0)
        return file

    async def get(self, tenant_id: str, file_id: str) -> File:
        async with self._database.session() as session:
            return await existing(session, File, file_id, tenant_id)

    async def newest(self, tenant_id: str, purpose: str | None, after: str | None, limit: int) -> Sequence[File]:
        """Newest first, starting behind the file `after`."""
        query = select(File).where(File.tenant_id == tenant_id).order_by(File.created_at.desc(), File.id.desc())
        if purpose:
            query = query.where(File.purpose == purpose)
        async with self._database.session() as session:
            if after:
                last = await existing(session, File, after, tenant_id)
                query = query.where(
                    (File.created_at < last.created_at) | ((File.created_at == last.created_at) & (File.id < last.id))
                )
            return (await session.scalars(query.limit(limit))).all()

    async def delete(self, tenant_id: str, file_id: str) -> None:
        async with self._database.session() as session:
            await session.delete(await existing(session, File, file_id, tenant_id))

    async def content(self, file: File) -> AsyncIterator[bytes]:
        """The file's bytes, part by part."""
        number = 0
        while True:
            async with self._database.session() as session:
                part = await session.get(FilePart, (file.id, number))
            if part is None:
                return
            yield part.content
            number += 1

    async def lines(self, file: File, longest: int) -> AsyncIterator[bytes]:
        """The file's lines without their ends, empty ones too; one that is longer than `longest` may come cut."""
        rest = bytearray()
        async for part in self.content(file):
            *complete, last = part.split(b"\n")
            for line in complete:
                yield bytes(rest + line).rstrip(b"\r")
                rest.clear()
            if len(rest) <= longest:
                rest += last
        if rest:
            yield bytes(rest)

    async def _check_total(self, session: AsyncSession, tenant_id: str, more: int) -> None:
        stored = await session.scalar(select(func.sum(File.bytes)).where(File.tenant_id == tenant_id))
        if (stored or 0) + more > self._tenant_max_bytes:
            raise FileTooLargeError(
                f"All files together may have {self._tenant_max_bytes} bytes; delete some and try again."
            )

    async def _bounded(self, content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        size = 0
        async for piece in content:
            size += len(piece)
            if size > self.file_max_bytes:
                raise FileTooLargeError(f"A file may have {self.file_max_bytes} bytes.")
            yield piece


async def write_file(
    session: AsyncSession, tenant_id: str, filename: str, purpose: str, content: AsyncIterable[bytes]
) -> File:
    """Add a file to the transaction of `session`."""
    file = File(
        id=new_id("file"),
        tenant_id=tenant_id,
        filename=filename,
        purpose=purpose,
        bytes=0,
        created_at=datetime.now(UTC),
    )
    session.add(file)
    await session.flush()
    number = 0
    async for part in _parts(content):
        session.add(FilePart(file_id=file.id, number=number, content=part))
        await session.flush()
        session.expunge_all()
        number += 1
        file.bytes += len(part)
    session.add(file)
    return file


async def _parts(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces of PART_BYTES, the last one shorter."""
    rest = bytearray()
    async for piece in content:
        rest += piece
        while len(rest) >= PART_BYTES:
            yield bytes(rest[:PART_BYTES])
            del rest[:PART_BYTES]
    if rest:
        yield bytes(rest)
