"""OpenAI's files API, as far as batches need it."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Request, UploadFile
from fastapi.responses import StreamingResponse

from gateway.api import fields
from gateway.api.access import InferencePrincipal
from gateway.api.fields import FileId, ListObject, Timestamp
from gateway.storage.files import PART_BYTES, FileStore

_LONGEST_NAME = 255


class FileAnswer(fields.Answer):
    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: Timestamp
    filename: str
    purpose: str
    status: Literal["processed"] = "processed"


class FileList(fields.Answer):
    object: ListObject = "list"
    data: list[FileAnswer]
    has_more: bool


class Deletion(fields.Answer):
    id: str
    object: Literal["file"] = "file"
    deleted: bool


def _files(request: Request) -> FileStore:
    files: FileStore = request.app.state.files
    return files


FilesDependency = Annotated[FileStore, Depends(_files)]
router = APIRouter(prefix="/v1/files", tags=["files"])


@router.post("")
async def upload_file(
    file: UploadFile,
    purpose: Annotated[Literal["batch"], Form()],
    principal: InferencePrincipal,
    files: FilesDependency,
) -> FileAnswer:
    name = "".join(character for character in file.filename or "file" if character.isprintable())[:_LONGEST_NAME]
    return FileAnswer.model_validate(await files.store(principal.tenant_id, name, purpose, _pieces(file)))


@router.get("")
async def list_files(
    principal: InferencePrincipal,
    files: FilesDependency,
    purpose: Annotated[Literal["batch", "batch_output"] | None, Query()] = None,
    after: Annotated[str | None, Query(pattern="^file_[0-9a-f]{24}$")] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 10_000,
) -> FileList:
    found = await files.newest(principal.tenant_id, purpose, after, limit + 1)
    data = [FileAnswer.model_validate(file) for file in found[:limit]]
    return FileList(data=data, has_more=len(found) > limit)


@router.get("/{file_id}")
async def get_file(file_id: FileId, principal: InferencePrincipal, files: FilesDependency) -> FileAnswer:
    return FileAnswer.model_validate(await files.get(principal.tenant_id, file_id))


@router.get("/{file_id}/content", response_class=StreamingResponse)
async def get_content(file_id: FileId, principal: InferencePrincipal, files: FilesDependency) -> StreamingResponse:
    file = await files.get(principal.tenant_id, file_id)
    return StreamingResponse(files.content(file), media_type="application/octet-stream")


@router.delete("/{file_id}")
async def delete_file(file_id: FileId, principal: InferencePrincipal, files: FilesDependency) -> Deletion:
    await files.delete(principal.tenant_id, file_id)
    return Deletion(id=file_id, deleted=True)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    while piece := await file.read(PART_BYTES):
        yield piece
