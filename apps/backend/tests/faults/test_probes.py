"""What the platform's probes hear while the stores are well, away and back."""

from httpx2 import Response

from harness.data_plane import GatewayClient, client_of
from harness.environment import Servers
from harness.gateway import StartGateway
from harness.processes import eventually


async def _ready(client: GatewayClient) -> Response:
    return await client.http.get("/ready")


async def test_c165_health_asks_no_store(fragile: Servers, start: StartGateway) -> None:
    async with client_of(start()) as client:
        for server in (fragile.postgres, fragile.cache, fragile.queue):
            server.stop()
        answer = await client.http.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})


async def test_c166_c168_c169_c170_ready_names_the_store_that_is_away_and_nothing_of_the_error(
    fragile: Servers, start: StartGateway
) -> None:
    well = {"status": "ready", "postgres": "ok", "cache": "ok", "queue": "ok"}
    async with client_of(start()) as client:
        assert (await _ready(client)).json() == well
        fragile.postgres.stop()
        fragile.cache.stop()
        short = await _ready(client)
        assert (short.status_code, short.json()) == (200, {**well, "postgres": "away", "cache": "away"})

        async def unready() -> bool:
            return (await _ready(client)).status_code == 503

        await eventually(unready, "a longer outage makes the replica not ready", seconds=40)
        away = (await _ready(client)).json()
        assert away == {"status": "not ready", "postgres": "away", "cache": "away", "queue": "ok"}
        fragile.postgres.start()
        fragile.cache.start()

        async def well_again() -> bool:
            answer = await _ready(client)
            return (answer.status_code, answer.json()) == (200, well)

        await eventually(well_again, "the replica is ready again", seconds=20)
