"""Errors in the shape that OpenAI's clients expect."""

from typing import Final

import orjson

from gateway.contracts import Denial

#: HTTP status -> `type` of the error.
_TYPES: Final = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "service_unavailable_error",
}


class RefusedError(Exception):
    """A request is not served; `denial` is the answer."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial.message)
        self.denial = denial


def error_body(status: int, code: str, message: str, param: str | None = None) -> bytes:
    """JSON of an error; `param` names the field of the request that is wrong."""
    kind = "insufficient_quota" if code == "insufficient_quota" else _TYPES.get(status, "server_error")
    return orjson.dumps({"error": {"message": message, "type": kind, "param": param, "code": code}})


def retry_after(denial: Denial) -> tuple[tuple[bytes, bytes], ...]:
    """`Retry-After` in seconds, and in milliseconds as OpenAI's clients prefer it; nothing when waiting is futile."""
    if denial.retry_after_s is None:
        return ()
    milliseconds = max(0, round(denial.retry_after_s * 1000))
    seconds = -(-milliseconds // 1000)
    return ((b"retry-after", b"%d" % seconds), (b"retry-after-ms", b"%d" % milliseconds))
