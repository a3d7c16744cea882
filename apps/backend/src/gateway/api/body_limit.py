"""Refuses bodies that are too large before anything keeps them."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FILES_PATH: Final = "/v1/files"
_ORDINARY_BYTES: Final = 1024 * 1024
#: Room for what surrounds a file in a form.
_FORM_BYTES: Final = 64 * 1024


class BodyLimit:
    """ASGI middleware: 1 MiB for everything but uploads, which have the limit of files."""

    def __init__(self, app: ASGIApp, file_max_bytes: int) -> None:
        self._app = app
        self._upload_bytes = file_max_bytes + _FORM_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        allowed = self._upload_bytes if scope["path"] == _FILES_PATH else _ORDINARY_BYTES
        received = 0

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > allowed:
                raise HTTPException(413, f"The body of this request may have {allowed} bytes.")
            return message

        await self._app(scope, bounded, send)
