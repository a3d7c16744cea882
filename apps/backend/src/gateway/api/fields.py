"""Types of fields that several routes share."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

#: Text that people read: no control characters.
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
#: Name of a model, or `*` for all of them.
ModelName = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
TenantId = Annotated[str, Path(pattern="^ten_[0-9a-f]{24}$", description="Id of a tenant.")]
KeyId = Annotated[str, Path(pattern="^key_[0-9a-f]{24}$", description="Id of an API key.")]
FileId = Annotated[str, Path(pattern="^file_[0-9a-f]{24}$", description="Id of a file.")]
BatchId = Annotated[str, Path(pattern="^batch_[0-9a-f]{24}$", description="Id of a batch.")]
#: Seconds since the epoch, as OpenAI writes times.
Timestamp = Annotated[datetime, PlainSerializer(lambda time: int(time.timestamp()), return_type=int)]
ListObject = Literal["list"]


class Request(BaseModel):
    """A body that a client sends; unknown fields are errors."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """A body that a client gets, made from a row."""

    model_config = ConfigDict(from_attributes=True)


#: PostgreSQL's largest integer.
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
#: The largest whole number that JSON keeps exact everywhere.
Tokens = Annotated[int, Field(ge=0, le=2**53 - 1)]
#: Share of a busy model, relative to other tenants.
Weight = Annotated[int, Field(ge=1, le=1000)]


class ErrorDetail(Answer):
    message: str
    type: str
    #: Field of the request that is wrong.
    param: str | None
    code: str


class ErrorAnswer(Answer):
    """Every error of this service."""

    error: ErrorDetail
