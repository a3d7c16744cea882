"""A gateway that finds its engines by EndpointSlices."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from harness.data_plane import client_of
from harness.engine import ScriptedEngine, polite
from harness.environment import Engine, Servers
from harness.gateway import GatewayProcess
from harness.kubernetes_api import ScriptedApi, end, endpoint, endpoint_slice, event, hold, listing, watched
from harness.processes import free_port

READY = event("ADDED", endpoint_slice("a", 6, endpoint("127.0.0.1", ready=True)))
LEAVING = event("MODIFIED", endpoint_slice("a", 7, endpoint("127.0.0.1", ready=False, serving=True, terminating=True)))


@pytest.mark.usefixtures("gateway")  # it registers the key
async def test_an_engine_gets_requests_from_when_it_is_ready_until_it_terminates(
    data_plane_servers: Servers, tmp_path: Path
) -> None:
    told = Engine("sliced", free_port(), host="engine-sliced.models.svc.cluster.local")
    servers = replace(data_plane_servers, engines=[told])
    async with (
        ScriptedApi(tmp_path, listing(5), watched(READY, then=end)) as api,
        ScriptedEngine(told.model, polite(), told.port),
    ):
        variables = {"GATEWAY_ENGINE_DISCOVERY": "endpointslices", **api.environment}
        gateway = GatewayProcess(servers, tmp_path / "gateway", **variables)
        try:
            await asyncio.to_thread(gateway.start)
            async with client_of(gateway) as client:
                await client.engines_ready(told.model, 1)
                assert (await client.ask(told.model)).status_code == 200
                api.then(watched(LEAVING, then=hold))
                await client.engines_ready(told.model, 0)
        finally:
            await asyncio.to_thread(gateway.stop)
