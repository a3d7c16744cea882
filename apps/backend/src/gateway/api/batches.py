"""OpenAI's batches API."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, StringConstraints

from gateway.api import fields
from gateway.api.access import InferencePrincipal
from gateway.api.fields import BatchId, ListObject, Timestamp
from gateway.storage.batches import BatchStore, Counts
from gateway.storage.tables import Batch
from gateway.workers.jobs import push_batch
from gateway.workers.queue import JobQueue

_LabelName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
_LabelValue = Annotated[str, StringConstraints(max_length=512, pattern=r"^[^\x00]*$")]


class NewBatch(fields.Request):
    input_file_id: Annotated[str, StringConstraints(pattern="^file_[0-9a-f]{24}$")]
    endpoint: Literal["/v1/chat/completions", "/v1/completions", "/v1/embeddings"]
    completion_window: Literal["24h"]
    metadata: Annotated[dict[_LabelName, _LabelValue], Field(max_length=16)] | None = None


class BatchProblem(fields.Answer):
    code: str
    message: str
    param: None = None
    #: Line of the input file.
    line: int | None


class BatchErrors(fields.Answer):
    object: ListObject = "list"
    data: list[BatchProblem]


class RequestCounts(fields.Answer):
    total: int
    completed: int
    failed: int


class BatchAnswer(fields.Answer):
    id: str
    object: Literal["batch"] = "batch"
    endpoint: str
    errors: BatchErrors | None
    input_file_id: str
    completion_window: Literal["24h"] = "24h"
    status: str
    output_file_id: str | None
    error_file_id: str | None
    created_at: Timestamp
    expires_at: Timestamp
    completed_at: Timestamp | None
    failed_at: Timestamp | None
    expired_at: Timestamp | None
    cancelled_at: Timestamp | None
    request_counts: RequestCounts
    metadata: dict[str, str]


class BatchList(fields.Answer):
    object: ListObject = "list"
    data: list[BatchAnswer]
    has_more: bool


def _batches(request: Request) -> BatchStore:
    batches: BatchStore = request.app.state.batches
    return batches


def _jobs(request: Request) -> JobQueue:
    jobs: JobQueue = request.app.state.jobs
    return jobs


BatchesDependency = Annotated[BatchStore, Depends(_batches)]
JobsDependency = Annotated[JobQueue, Depends(_jobs)]
router = APIRouter(prefix="/v1/batches", tags=["batches"])


@router.post("")
async def create_batch(
    body: NewBatch, principal: InferencePrincipal, batches: BatchesDependency, jobs: JobsDependency
) -> BatchAnswer:
    batch = await batches.create(principal, body.endpoint, body.input_file_id, body.metadata or {})
    # When Redis fails here the batch is committed all the same; workers look for forgotten ones.
    await push_batch(jobs, batch.id)
    return _shown(batch, Counts())


@router.get("")
async def list_batches(
    principal: InferencePrincipal,
    batches: BatchesDependency,
    after: Annotated[str | None, Query(pattern="^batch_[0-9a-f]{24}$")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> BatchList:
    found = await batches.newest(principal.tenant_id, after, limit + 1)
    data = [_shown(batch, await batches.counts(batch.id)) for batch in found[:limit]]
    return BatchList(data=data, has_more=len(found) > limit)


@router.get("/{batch_id}")
async def get_batch(batch_id: BatchId, principal: InferencePrincipal, batches: BatchesDependency) -> BatchAnswer:
    batch = await batches.get(batch_id, principal.tenant_id)
    return _shown(batch, await batches.counts(batch_id))


@router.post("/{batch_id}/cancel")
async def cancel_batch(batch_id: BatchId, principal: InferencePrincipal, batches: BatchesDependency) -> BatchAnswer:
    """Requests that run are finished; the rest is left out."""
    batch = await batches.cancel(batch_id, principal.tenant_id)
    return _shown(batch, await batches.counts(batch_id))


def _shown(batch: Batch, counts: Counts) -> BatchAnswer:
    def finished(status: str) -> datetime | None:
        return batch.finished_at if batch.status == status else None

    return BatchAnswer(
        id=batch.id,
        endpoint=batch.endpoint,
        errors=_problems(batch),
        input_file_id=batch.input_file_id,
        status=batch.status,
        output_file_id=batch.output_file_id,
        error_file_id=batch.error_file_id,
        created_at=batch.created_at,
        expires_at=batch.expires_at,
        completed_at=finished("completed"),
        failed_at=finished("failed"),
        expired_at=finished("expired"),
        cancelled_at=finished("cancelled"),
        request_counts=RequestCounts(total=counts.total, completed=counts.completed, failed=counts.failed),
        metadata=batch.labels,
    )


def _problems(batch: Batch) -> BatchErrors | None:
    if not batch.errors:
        return None
    return BatchErrors(data=[BatchProblem.model_validate(problem) for problem in batch.errors])
