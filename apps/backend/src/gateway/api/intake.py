"""Knows who sends a body, and has room for it, before any of it is kept."""

import asyncio
from typing import Final, Literal

from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.failures import STORE_UNAVAILABLE, RefusedBodyError
from gateway.byte_budget import NO_ROOM, ByteBudget, Holding
from gateway.contracts import Authenticator, Denial
from gateway.errors import RefusedError
from gateway.identity.access import identify
from gateway.proxy.client import CLOSE, HeaderMap, send_denial
from gateway.proxy.intake import declared_length
from gateway.settings import FORM_BYTES
from gateway.storage.files import FileStore, FileTooLargeError

_FILES_PATH: Final = "/v1/files"
_ADMIN_PATH: Final = "/admin/"
_ORDINARY_BYTES: Final = 1024 * 1024
#: Bytes of an upload that are in memory before it goes to the disk.
_SPOOLED_BYTES: Final = 1024 * 1024
#: Seconds without a further part of a body after which it is given up.
_SILENCE_SECONDS: Final = 30.0


class Intake:
    """ASGI middleware: 1 MiB for everything but uploads, which have the limit of files and go to the disk."""

    def __init__(
        self, app: ASGIApp, authenticator: Authenticator, files: FileStore, bodies: ByteBudget, uploads: ByteBudget
    ) -> None:
        """`bodies`: the room in memory. `uploads`: the room on the disk."""
        self._app = app
        self._authenticator = authenticator
        self._files = files
        self._bodies = bodies
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: HeaderMap = dict(scope["headers"]) if scope["type"] == "http" else {}
        declared = declared_length(headers)
        if not declared and b"transfer-encoding" not in headers:
            await self._app(scope, receive, send)
            return
        try:
            room = await self._room(scope["path"], headers, declared or 0)
        except RefusedError as error:
            # A client that asked first may not send its body any more: its next request would be taken for it.
            await send_denial(send, error.denial, *((CLOSE,) if b"expect" in headers else ()))
            return
        try:
            await self._app(scope, _Bounded(receive, room), send)
        finally:
            room.release()

    async def _room(self, path: str, headers: HeaderMap, declared: int) -> "_Room":
        scope: Literal["admin", "inference"] = "admin" if path.startswith(_ADMIN_PATH) else "inference"
        principal = await identify(self._authenticator, headers.get(b"authorization", b""), scope)
        memory = Holding(self._bodies, principal.tenant_id)
        if path == _FILES_PATH:
            await self._check_files(principal.tenant_id, declared - FORM_BYTES)
            disk = Holding(self._uploads, principal.tenant_id)
            room = _Room(self._files.file_max_bytes + FORM_BYTES, memory, disk)
        else:
            room = _Room(_ORDINARY_BYTES, memory, None)
        try:
            room.cover(declared)
        except RefusedError:
            room.release()
            raise
        return room

    async def _check_files(self, tenant_id: str, at_least: int) -> None:
        try:
            await self._files.check_room(tenant_id, at_least)
        except FileTooLargeError as error:
            raise RefusedError(Denial(413, "file_too_large", str(error))) from error
        except (SQLAlchemyError, OSError) as error:
            raise RefusedError(STORE_UNAVAILABLE) from error


class _Room:
    """For one body of `largest` bytes at most: in memory, or with `disk` there but for its begin."""

    def __init__(self, largest: int, memory: Holding, disk: Holding | None) -> None:
        self._largest = largest
        self._memory = memory
        self._disk = disk

    def cover(self, size: int) -> None:
        """Hold so many bytes. Raises RefusedError (413, 503)."""
        if size > self._largest:
            text = f"The body of this request may have {self._largest} bytes."
            raise RefusedError(Denial(413, "body_too_large", text))
        if self._disk is None:
            fits = self._memory.cover(size)
        else:
            fits = self._memory.cover(min(size, _SPOOLED_BYTES)) and self._disk.cover(size)
        if not fits:
            raise RefusedError(NO_ROOM)

    def release(self) -> None:
        self._memory.release()
        if self._disk:
            self._disk.release()


class _Bounded:
    """ASGI's `receive` for a body that has to come, and to stay within its room."""

    def __init__(self, receive: Receive, room: _Room) -> None:
        self._receive = receive
        self._room = room
        self._received = 0
        self._more = True

    async def __call__(self) -> Message:
        if not self._more:
            return await self._receive()
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                message = await self._receive()
            self._received += len(message.get("body", b""))
            self._more = bool(message.get("more_body"))
            self._room.cover(self._received)
        except TimeoutError as error:
            text = f"Nothing of the body came for {_SILENCE_SECONDS:g} s."
            raise RefusedBodyError(Denial(408, "slow_body", text, 0.0)) from error
        except RefusedError as error:
            raise RefusedBodyError(error.denial) from error
        return message
