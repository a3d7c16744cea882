"""The tables of the current version. Migrations make them; a test holds the two together."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

from gateway.jsontypes import Json


class Base(DeclarativeBase):
    """Names every constraint, so that a later migration can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[type, TypeEngine[datetime] | TypeEngine[str] | TypeEngine[bytes]]] = {
        datetime: DateTime(timezone=True),
        str: Text(),
        bytes: LargeBinary(),
    }


class Tenant(Base):
    """A customer: the unit of fairness, limits, budgets and isolation."""

    __tablename__ = "tenants"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    #: 0 is served first; see the priority classes of the admission room.
    priority: Mapped[int] = mapped_column(SmallInteger)
    #: Share of a busy model relative to other tenants.
    weight: Mapped[int] = mapped_column(Integer)
    #: `active` or `suspended`.
    status: Mapped[str]
    created_at: Mapped[datetime]


class ApiKey(Base):
    """A key, of which only the keyed hash is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), index=True)
    name: Mapped[str]
    #: First characters of the key, to recognise it by.
    hint: Mapped[str]
    digest: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    #: Models the key may use; null means every model.
    models: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class Limit(Base):
    """What a tenant may use of one model, or of all models together (`*`). Null means no limit."""

    __tablename__ = "limits"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    requests_per_minute: Mapped[int | None]
    tokens_per_minute: Mapped[int | None]
    concurrency: Mapped[int | None]


class Budget(Base):
    """Tokens that a tenant may use in a calendar day or month (UTC)."""

    __tablename__ = "budgets"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    #: `day` or `month`.
    period: Mapped[str]
    tokens: Mapped[int] = mapped_column(BigInteger)


class Usage(Base):
    """One answered request. No foreign keys: a record must never be refused."""

    __tablename__ = "usage"
    __table_args__ = (Index("ix_usage_tenant_id_started_at", "tenant_id", "started_at"),)

    request_id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    key_id: Mapped[str]
    model: Mapped[str]
    endpoint: Mapped[str]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    cached_tokens: Mapped[int]
    #: HTTP status of the answer; 499 when the client left.
    status: Mapped[int] = mapped_column(SmallInteger)
    stream: Mapped[bool]
    started_at: Mapped[datetime]
    #: Milliseconds to the first token; null when there was none.
    ttft_ms: Mapped[float | None]
    duration_ms: Mapped[float]


class File(Base):
    """A file of the files API; its bytes are in `file_parts`."""

    __tablename__ = "files"

    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), index=True)
    filename: Mapped[str]
    purpose: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class FilePart(Base):
    """One MiB of a file, so that neither side ever holds a whole one."""

    __tablename__ = "file_parts"

    file_id: Mapped[str] = mapped_column(ForeignKey("files.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class Batch(Base):
    """A batch of requests; its status follows OpenAI's batch object."""

    __tablename__ = "batches"

    id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenants.id"), index=True)
    key_id: Mapped[str]
    endpoint: Mapped[str]
    input_file_id: Mapped[str]
    output_file_id: Mapped[str | None]
    error_file_id: Mapped[str | None]
    #: `validating`, `in_progress`, `finalizing`, `completed`, `failed`, `cancelling`, `cancelled` or `expired`.
    status: Mapped[str]
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    #: What was wrong with the input file: a list of `{code, message, line}`.
    errors: Mapped[list[dict[str, Json]]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class BatchItem(Base):
    """One line of a batch. `status` is null until the line has its answer: what a worker resumes from."""

    __tablename__ = "batch_items"

    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    custom_id: Mapped[str]
    #: JSON rather than JSONB: it keeps every text, also NUL.
    body: Mapped[dict[str, Json]] = mapped_column(JSON)
    request_id: Mapped[str]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    answer: Mapped[Json] = mapped_column(JSON)
