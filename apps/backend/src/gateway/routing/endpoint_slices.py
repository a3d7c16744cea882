"""The EndpointSlices of one Service, and the addresses in them that take requests."""

from collections.abc import Collection
from typing import Final

from pydantic import BaseModel, Field

#: By preference, as in DNS: a pod with two addresses is one engine.
_ADDRESS_TYPES: Final = ("IPv4", "IPv6")


class ExpiredError(Exception):
    """The API server no longer knows what happened since the version that was asked for: list again."""


class _Metadata(BaseModel):
    name: str = ""
    resource_version: str = Field(alias="resourceVersion")


class _Conditions(BaseModel):
    ready: bool | None = None
    terminating: bool | None = None


class _Endpoint(BaseModel):
    #: Several would be the same pod's; only the first is to be used.
    addresses: list[str] = Field(min_length=1)
    conditions: _Conditions = _Conditions()

    @property
    def takes_requests(self) -> bool:
        """Unknown readiness counts as ready. A terminating pod may be told to look ready, but finishes only."""
        return self.conditions.ready is not False and not self.conditions.terminating


class EndpointSlice(BaseModel):
    """What matters of a `discovery.k8s.io/v1` EndpointSlice. In a bookmark only the version is set."""

    metadata: _Metadata
    address_type: str = Field(default="", alias="addressType")
    endpoints: list[_Endpoint] | None = None


class _Listing(BaseModel):
    metadata: _Metadata
    items: list[EndpointSlice]


class _Event(BaseModel):
    type: str
    body: dict[str, object] = Field(alias="object")


def ready_addresses(slices: Collection[EndpointSlice]) -> frozenset[str]:
    """Addresses of the pods that take requests, each once however many slices name it."""
    by_type = {
        kind: {
            endpoint.addresses[0]
            for entry in slices
            if entry.address_type == kind
            for endpoint in entry.endpoints or ()
            if endpoint.takes_requests
        }
        for kind in _ADDRESS_TYPES
    }
    return frozenset(next((found for found in by_type.values() if found), set()))


class ServiceSlices:
    """The slices of one Service as lists and watches tell them. Raises ValueError at what Kubernetes does not say."""

    def __init__(self) -> None:
        #: Where the next watch begins; None when it needs a list first. What is known stays until that has come.
        self.version: str | None = None
        self._by_name: dict[str, EndpointSlice] = {}

    @property
    def addresses(self) -> frozenset[str]:
        return ready_addresses(self._by_name.values())

    def replace(self, listing: bytes) -> None:
        """Take a list as everything there is."""
        told = _Listing.model_validate_json(listing)
        self._by_name = {entry.metadata.name: entry for entry in told.items}
        self.version = told.metadata.resource_version

    def apply(self, line: str) -> None:
        """Take one event of a watch. Raises ExpiredError when it says that the watch cannot go on."""
        event = _Event.model_validate_json(line)
        if event.type == "ERROR":
            raise ExpiredError(event.body.get("message"))
        entry = EndpointSlice.model_validate(event.body)
        self.version = entry.metadata.resource_version
        if event.type in ("ADDED", "MODIFIED"):
            self._by_name[entry.metadata.name] = entry
        elif event.type == "DELETED":
            self._by_name.pop(entry.metadata.name, None)
