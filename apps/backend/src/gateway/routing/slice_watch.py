"""Follows the EndpointSlices of a Service at the API server."""

import asyncio
import contextlib
import ssl
from random import SystemRandom
from typing import Final

from httpx2 import AsyncClient, HTTPError, Response, Timeout, TransportError

from gateway.routing.discovery import DiscoveryError
from gateway.routing.endpoint_slices import ExpiredError, ServiceSlices
from gateway.routing.settings import KubernetesApiSettings

#: Seconds to connect, and for each part of an answer.
_ANSWER_SECONDS: Final = 5.0
#: Seconds after which the API server ends a watch, even one without changes. A connection that died unnoticed is given
#: up soon after that, and every new one is made with the current token and authority.
_WATCH_SECONDS: Final = 60
#: Pause before the next attempt, doubled with each one that fails.
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 15.0
#: Part of a pause by which it varies, so that replicas do not ask at the same moment.
_JITTER: Final = 0.2
_RANDOM: Final = SystemRandom()


class RefusedError(Exception):
    """The API server answered, but not with what was asked for."""


class EndpointSliceDiscovery:
    """Implements `Discovery`: the ready pods of a Service, as soon as the API server knows of them."""

    def __init__(self, host: str, api: KubernetesApiSettings) -> None:
        """`host`: `<service>.<namespace>.svc`, with or without the cluster's domain."""
        service, namespace, *_ = host.split(".")
        self._path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
        self._selector = {"labelSelector": f"kubernetes.io/service-name={service}"}
        self._api = api
        self._slices = ServiceSlices()
        #: Why the addresses may be out of date; None while they are not.
        self._outage: str | None = None
        self._tried = asyncio.Event()

    async def addresses(self) -> frozenset[str]:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self._tried.wait()
        except TimeoutError as error:
            raise DiscoveryError(f"{self._api.url}: no answer within {_ANSWER_SECONDS:g} s") from error
        if self._outage:
            raise DiscoveryError(self._outage)
        return self._slices.addresses

    async def watch(self) -> None:
        pause_s = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._follow()
                pause_s = _FIRST_PAUSE_SECONDS
            except ExpiredError:
                self._slices.version = None
            except (HTTPError, RefusedError, OSError, ValueError) as error:
                self._outage = f"{self._api.url}{self._path}: {str(error) or type(error).__name__}"
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_SECONDS)
            self._tried.set()
            await asyncio.sleep(pause_s * _RANDOM.uniform(1 - _JITTER, 1 + _JITTER))

    async def _follow(self) -> None:
        """List where that is needed, then watch until the connection ends. What is raised is that neither worked."""
        async with self._client() as client:
            if self._slices.version is None:
                listing = await client.get(self._path, params=self._selector)
                await _accept(listing)
                self._slices.replace(listing.content)
                self._tried.set()
            question = self._selector | {
                "watch": "true",
                "resourceVersion": self._slices.version or "",
                "allowWatchBookmarks": "true",
                "timeoutSeconds": str(_WATCH_SECONDS),
            }
            patience = Timeout(_ANSWER_SECONDS, read=_WATCH_SECONDS + _ANSWER_SECONDS)
            async with client.stream("GET", self._path, params=question, timeout=patience) as events:
                await _accept(events)
                self._outage = None
                # A connection that is cut is no outage: the next one shows whether there is any.
                with contextlib.suppress(TransportError):
                    async for event in events.aiter_lines():
                        self._slices.apply(event)

    def _client(self) -> AsyncClient:
        return AsyncClient(
            base_url=self._api.url,
            headers={"authorization": f"Bearer {self._api.token_file.read_text().strip()}"},
            verify=ssl.create_default_context(cafile=self._api.ca_file),
            timeout=_ANSWER_SECONDS,
            trust_env=False,
        )


async def _accept(answer: Response) -> None:
    """Raises ExpiredError or RefusedError, with what the API server says, unless it is what was asked for."""
    if answer.status_code == 410:
        raise ExpiredError
    if answer.status_code != 200:
        await answer.aread()
        raise RefusedError(f"{answer.status_code} {answer.text[:500]}")
