"""A gateway that the machine did not let run for a while."""

import asyncio
import signal

from harness.data_plane import GatewayClient, running
from harness.engine import MakeEngines, polite
from harness.gateway import GatewayProcess


async def test_a_gateway_that_stood_still_does_not_blame_its_engines(
    gateway: GatewayProcess, client: GatewayClient, engines: MakeEngines
) -> None:
    (engine,) = engines("solo", polite(tokens=30, pause_s=0.2))
    assert gateway.process is not None
    async with running(client, engine):
        stream = await client.open_stream("solo")
        await stream.until(b"t2 ")
        gateway.process.send(signal.SIGSTOP)
        await asyncio.sleep(5)  # engines are given up after 2 s of silence here
        gateway.process.send(signal.SIGCONT)
        answer = await stream.rest()
    assert b"t29 " in answer
    assert b"[DONE]" in answer
