"""The floor for Python: the gateway's own server and connection pool, nothing in between.

`python bare.py PORT ENGINE_PORT`
"""

import asyncio
import sys

import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from gateway.proxy.pool import EnginePool


class Bare:
    """Passes bodies on and answers back."""

    def __init__(self, port: int) -> None:
        self._pool = EnginePool("127.0.0.1", port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(body)
        connection = await self._pool.acquire()
        connection.send(head + body)
        await connection.head()
        headers = [(b"content-type", connection.content_type)]
        await send({"type": "http.response.start", "status": connection.status, "headers": headers})
        while data := await connection.read():
            await send({"type": "http.response.body", "body": data, "more_body": True})
        self._pool.release(connection)
        await send({"type": "http.response.body", "body": b""})


async def main(port: int, engine_port: int) -> None:
    config = uvicorn.Config(
        Bare(engine_port),
        host="127.0.0.1",
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
    )
    await uvicorn.Server(config).serve()
    await asyncio.sleep(0)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
