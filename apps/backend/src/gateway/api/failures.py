"""Turns what goes wrong in a route into an answer in OpenAI's shape."""

import logging
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from gateway.contracts import Denial
from gateway.errors import RefusedError, error_body, retry_after
from gateway.storage.files import FileTooLargeError
from gateway.storage.rows import ConflictError, NotFoundError

_LOG = logging.getLogger(__name__)

_CODES = {400: "malformed_request", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}


STORE_UNAVAILABLE: Final = Denial(503, "store_unavailable", "A store is not available. Try again.", 2.0)


class RefusedBodyError(HTTPException):
    """Ends a request while its body is read: of all errors, only HTTPException leaves that place as it is."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.status, denial.message)
        self.denial = denial


class InvalidError(Exception):
    """Ends a request with 400."""

    def __init__(self, message: str, param: str, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.param = param
        self.code = code


def answer(status: int, code: str, message: str, param: str | None = None) -> Response:
    return Response(error_body(status, code, message, param), status, media_type="application/json")


def denial_answer(denial: Denial) -> Response:
    response = answer(denial.status, denial.code, denial.message)
    response.raw_headers.extend([*denial.headers, *retry_after(denial)])
    return response


def install(app: FastAPI) -> None:
    """Answer every error of `app`'s routes."""
    _install_refusals(app)
    _install_malformed(app)
    _install_failures(app)


def _install_refusals(app: FastAPI) -> None:

    @app.exception_handler(RefusedError)
    async def denied(_: Request, error: RefusedError) -> Response:
        return denial_answer(error.denial)

    @app.exception_handler(InvalidError)
    async def refused(_: Request, error: InvalidError) -> Response:
        return answer(400, error.code, str(error), error.param)

    @app.exception_handler(NotFoundError)
    async def missing(_: Request, error: NotFoundError) -> Response:
        return answer(404, "not_found", str(error))

    @app.exception_handler(ConflictError)
    async def conflicting(_: Request, error: ConflictError) -> Response:
        return answer(409, "conflict", str(error))


def _install_malformed(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> Response:
        detail = error.errors()[0]
        param = ".".join(str(part) for part in detail["loc"][1:])
        return answer(400, "invalid_value", f"{param or 'The request'}: {detail['msg']}", param or None)

    @app.exception_handler(HTTPException)
    async def framework(_: Request, error: HTTPException) -> Response:
        if isinstance(error, RefusedBodyError):
            return denial_answer(error.denial)
        code = _CODES.get(error.status_code, f"http_{error.status_code}")
        response = answer(error.status_code, code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(FileTooLargeError)
    async def oversized(_: Request, error: FileTooLargeError) -> Response:
        return answer(413, "file_too_large", str(error), "file")


def _install_failures(app: FastAPI) -> None:
    @app.exception_handler(SQLAlchemyError)
    @app.exception_handler(RedisError)
    @app.exception_handler(OSError)
    async def without_store(_: Request, error: Exception) -> Response:
        _LOG.warning("a store did not do its part: %s: %s", type(error).__name__, error)
        return denial_answer(STORE_UNAVAILABLE)

    @app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> Response:
        return answer(500, "internal_error", "The service failed to answer this request. The failure is logged.")
