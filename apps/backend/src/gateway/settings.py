"""Everything the environment can say to the gateway, read once at the start."""

import os
import re
import ssl
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, FilePath, NonNegativeFloat, PositiveFloat, PositiveInt, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL

from gateway.environment import EnvironmentReader, Port, WritableDirectory
from gateway.routing.settings import EngineSettings, KubernetesApiSettings, ServiceEngineSettings

#: Bytes that the form around an uploaded file may take.
FORM_BYTES: Final = 64 * 1024


class ConfigurationError(Exception):
    """The environment does not describe a gateway; the message names each variable, its value and what is allowed."""


class Connection(BaseSettings):
    """A server that the gateway is a client of."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = Field(min_length=1)
    port: Port
    #: Certificates that sign the server's, in PEM. When set, TLS is used and the host name is checked.
    ca_file: FilePath | None = None

    @cached_property
    def tls(self) -> ssl.SSLContext | None:
        """Context that checks authority (`ca_file`) and name of a server; None means plain TCP."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else None


class PostgresSettings(Connection):
    """`POSTGRES_*`: where tenants, keys, usage, files and batches are kept."""

    model_config = SettingsConfigDict(env_prefix="POSTGRES_")

    database: str = Field(min_length=1)
    username_file: FilePath
    password_file: FilePath
    #: Connections that one process keeps open at most.
    pool_size: PositiveInt = 8

    @property
    def url(self) -> URL:
        return URL.create(
            "postgresql+asyncpg",
            username=read_secret(self.username_file),
            password=read_secret(self.password_file),
            host=self.host,
            port=self.port,
            database=self.database,
        )


class RedisSettings(Connection):
    """`CACHE_*`: limits and invalidation. `QUEUE_*`: usage records and jobs."""

    password_file: FilePath | None = None
    #: Seconds after which an unanswered command counts as "Redis is away".
    timeout_seconds: PositiveFloat = 1.0
    #: Port of Sentinel at every address of `host`. When set, Sentinel says which server is used and `port` is not; it
    #: has the password and the authority of the servers.
    sentinel_port: Port | None = None
    #: Name under which Sentinel knows the servers. Set together with `sentinel_port`.
    sentinel_master: Annotated[str, Field(min_length=1)] | None = Field(default=None, validate_default=True)

    @field_validator("sentinel_master")
    @classmethod
    def _together(cls, master: str | None, info: ValidationInfo) -> str | None:
        if "sentinel_port" in info.data and (master is None) != (info.data["sentinel_port"] is None):
            raise ValueError("set both SENTINEL_PORT and SENTINEL_MASTER, or neither")
        return master

    @property
    def sentinel(self) -> tuple[int, str] | None:
        """Port of Sentinel and the master's name there."""
        return (self.sentinel_port, self.sentinel_master) if self.sentinel_port and self.sentinel_master else None


class GatewaySettings(BaseSettings):
    """`GATEWAY_*`: how the gateway itself behaves."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="GATEWAY_")

    #: Address to listen on; by default every one, of IPv6 and IPv4. A container's network policy says who may come.
    host: str = "::"
    port: Port = 8000
    #: Key of the keyed hash under which API keys are stored, 32 bytes or more. Changing it voids every key.
    pepper_file: FilePath
    #: API key that `migrate` registers for the tenant `default`, with every scope.
    first_key_file: FilePath | None = None
    #: Seconds for which a verified key is believed without asking PostgreSQL again.
    identity_fresh_seconds: PositiveFloat = 30
    #: Seconds for which a verified key is still believed while PostgreSQL is away. Revocations arrive by Redis.
    identity_stale_seconds: PositiveFloat = 300
    #: While Redis is away: `deny` answers 503 where a limit applies, `local` lets each replica apply limits alone.
    limits_without_redis: Literal["deny", "local"] = "deny"
    #: Completion tokens to reserve for each choice of a request that states no maximum.
    assumed_completion_tokens: PositiveInt = 256
    #: Directory for usage records until Redis has them, so that no answer waits for Redis. It must outlive the process;
    #: what a process left there is sent by the next one. Unset: answers wait.
    usage_journal: WritableDirectory | None = None
    #: Seconds an answer waits for Redis to take its usage record, without a journal or when that is full; after that
    #: it goes and the record is logged.
    usage_write_seconds: PositiveFloat = 30
    #: `inside`: each replica also writes usage and runs jobs. `apart`: processes of `gateway worker` do.
    background_work: Literal["inside", "apart"] = "inside"
    #: Where the addresses of engines come from: `dns`, as fast as its caches; or `endpointslices`, which the API server
    #: tells at once, to a pod with a token that may read them. The host of every engine is then a Service's name.
    engine_discovery: Literal["dns", "endpointslices"] = "dns"
    #: Largest body of a request for inference, in bytes.
    body_max_bytes: PositiveInt = 32 * 1024 * 1024
    #: Bytes of all bodies that this process has in memory at a time; of one tenant half of it, or one body of any size.
    bodies_max_bytes: Annotated[PositiveInt, Field(validate_default=True)] = 64 * 1024 * 1024
    #: Seconds an engine may take until its answer begins; an answer that is not streamed begins when it is complete.
    engine_first_token_seconds: PositiveFloat = 600
    #: Seconds of silence after which a streaming engine counts as dead, or a client that reads nothing as gone.
    engine_silence_seconds: PositiveFloat = 60
    #: Requests that one replica has in flight per engine. vLLM batches up to 256 by default.
    engine_requests: PositiveInt = 256
    #: Tokens, of prompts and possible completions, that one replica has in flight per engine.
    engine_tokens: PositiveInt = 1_000_000
    #: Requests that wait for a busy or cold model at most.
    queue_requests: PositiveInt = 1000
    #: Seconds a request waits for its turn at a busy model, and for the first engine of a cold one.
    queue_seconds: PositiveFloat = 30
    cold_start_seconds: PositiveFloat = 300
    #: Seconds that requests may take to finish once the process shall leave.
    drain_seconds: PositiveFloat = 120
    #: Seconds for which a leaving replica still takes requests, until load balancers have heard of it.
    drain_notice_seconds: NonNegativeFloat = 5
    #: Largest file that may be uploaded, in bytes.
    file_max_bytes: PositiveInt = 64 * 1024 * 1024
    #: Bytes of all uploads that this process has on its disk at a time, in `/tmp`; of one tenant as with bodies.
    uploads_max_bytes: Annotated[PositiveInt, Field(validate_default=True)] = 128 * 1024 * 1024
    #: Bytes that all files of one tenant may have together.
    tenant_files_max_bytes: PositiveInt = 1024 * 1024 * 1024
    #: Requests of one batch that a worker has in flight.
    batch_concurrency: PositiveInt = 8
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("bodies_max_bytes")
    @classmethod
    def _holds_a_body(cls, room: int, info: ValidationInfo) -> int:
        if room < info.data.get("body_max_bytes", 0):
            raise ValueError(f"it must be GATEWAY_BODY_MAX_BYTES, {info.data['body_max_bytes']}, or more")
        return room

    @field_validator("uploads_max_bytes")
    @classmethod
    def _holds_an_upload(cls, room: int, info: ValidationInfo) -> int:
        least = info.data.get("file_max_bytes", 0) + FORM_BYTES
        if room < least:
            raise ValueError(
                f"it must be {least} or more: GATEWAY_FILE_MAX_BYTES, and {FORM_BYTES} for the form around a file"
            )
        return room


class MigrationSettings:
    """What `migrate` needs: its Job can reach PostgreSQL and nothing else."""

    def __init__(self) -> None:
        """Read the environment. Raises ConfigurationError that lists every mistake at once."""
        reader = EnvironmentReader()
        self.gateway = reader.read_closed(GatewaySettings, "GATEWAY_")
        self.postgres = reader.read(PostgresSettings, "POSTGRES_")
        _refuse(reader.problems)


class Settings:
    """The whole environment, checked."""

    def __init__(self) -> None:
        """Read the environment. Raises ConfigurationError that lists every mistake at once."""
        reader = EnvironmentReader()
        self.gateway = reader.read_closed(GatewaySettings, "GATEWAY_")
        self.postgres = reader.read(PostgresSettings, "POSTGRES_")
        self.cache = reader.read(RedisSettings, "CACHE_")
        self.queue = reader.read(RedisSettings, "QUEUE_")
        slices = self.gateway.engine_discovery == "endpointslices"
        #: The API server that EndpointSlices are read from; None when addresses come from DNS.
        self.kubernetes = reader.read(KubernetesApiSettings, "KUBERNETES_SERVICE_") if slices else None
        kind: type[EngineSettings] = ServiceEngineSettings if slices else EngineSettings
        self.engines = tuple(reader.read(kind, prefix) for prefix in _engine_prefixes())
        _refuse(reader.problems)


def read_secret(path: Path) -> str:
    """The content of a mounted secret without surrounding white space. Raises ConfigurationError when it is empty."""
    secret = path.read_text().strip()
    if not secret:
        raise ConfigurationError(f"{path} is empty; it must hold the secret that its variable names.")
    return secret


def _refuse(problems: list[str]) -> None:
    if problems:
        raise ConfigurationError("The environment is not usable:\n" + "\n".join(f"  {p}" for p in problems))


def _engine_prefixes() -> list[str]:
    return sorted(match[0] for name in os.environ if (match := re.match(r"ENGINE_.+_(?=MODEL$)", name)))
