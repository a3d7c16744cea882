"""What the environment says about engines and where their addresses come from."""

import re
from pathlib import Path
from typing import Final

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.environment import Port

_LABEL: Final = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SERVICE: Final = re.compile(rf"{_LABEL}\.{_LABEL}\.svc(\.{_LABEL})*")

#: Where Kubernetes mounts the credentials of a pod's service account.
_CREDENTIALS: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class EngineSettings(BaseSettings):
    """`ENGINE_<NAME>_*`: one model server, or a headless Service with several behind one name."""

    model_config = SettingsConfigDict(frozen=True)

    host: str = Field(min_length=1)
    port: Port = 8000
    #: Model name that clients ask for.
    model: str = Field(min_length=1)


class ServiceEngineSettings(EngineSettings):
    """`ENGINE_<NAME>_*` when EndpointSlices are watched: the host is a Service's name in the cluster."""

    @field_validator("host")
    @classmethod
    def _names_a_service(cls, host: str) -> str:
        if not _SERVICE.fullmatch(host):
            raise ValueError(
                "with GATEWAY_ENGINE_DISCOVERY=endpointslices it must be <service>.<namespace>.svc or "
                "<service>.<namespace>.svc.<cluster domain>; name the Service so, or set GATEWAY_ENGINE_DISCOVERY=dns"
            )
        return host


class KubernetesApiSettings(BaseSettings):
    """`KUBERNETES_SERVICE_*`: the API server. Kubernetes sets host and port in every container."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="KUBERNETES_SERVICE_")

    host: str = Field(min_length=1)
    port: Port
    #: Token of the pod's service account, and certificates that sign the API server's. Kubernetes replaces both files
    #: from time to time.
    token_file: Path = Field(default=_CREDENTIALS / "token", validate_default=True)
    ca_file: Path = Field(default=_CREDENTIALS / "ca.crt", validate_default=True)

    @field_validator("token_file", "ca_file")
    @classmethod
    def _is_mounted(cls, path: Path) -> Path:
        if not path.is_file():
            raise ValueError(
                f"{path} is not a file; mount the service account's token (automountServiceAccountToken: true), "
                "or set GATEWAY_ENGINE_DISCOVERY=dns"
            )
        return path

    @property
    def url(self) -> str:
        """Address of the API server; an IPv6 address stands in brackets."""
        return f"https://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"
