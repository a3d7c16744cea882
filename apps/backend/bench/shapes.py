"""What travels through every gateway that is measured: the same requests and answers for all."""

import json
from typing import Final

MODEL: Final = "mock"
#: Time between two frames of a stream: 50 tokens a second.
PACE_SECONDS: Final = 0.02

_MESSAGES: Final = [{"role": "user", "content": "Explain in one sentence what an API gateway does."}]
REQUEST: Final = json.dumps({"model": MODEL, "messages": _MESSAGES, "max_tokens": 32})
STREAM_REQUEST: Final = json.dumps({"model": MODEL, "messages": _MESSAGES, "max_tokens": 128, "stream": True})

_USAGE: Final = {"prompt_tokens": 12, "completion_tokens": 24, "total_tokens": 36}
_COMMON: Final = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": MODEL}
ANSWER: Final = json.dumps(
    {
        **_COMMON,
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "It receives requests, checks them and passes them on."},
                "finish_reason": "stop",
            }
        ],
        "usage": _USAGE,
    }
)
WHOLE_ANSWER: Final = (
    f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(ANSWER)}\r\n\r\n{ANSWER}".encode()
)


def _frame(number: int, **fields: object) -> bytes:
    """A piece of a stream as vLLM writes it; it carries its number."""
    finish_reason = "stop" if number == FRAMES - 1 else None
    choice = {"index": 0, "delta": {"content": f"w{number:03} "}, "finish_reason": finish_reason}
    return _event({**_COMMON, "object": "chat.completion.chunk", "choices": [choice], **fields})


def _event(document: object) -> bytes:
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"


def chunk(data: bytes) -> bytes:
    """Data as one HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


#: Two seconds of a stream.
FRAMES: Final = 100
PLAIN_STREAM: Final = [chunk(_frame(number)) for number in range(FRAMES)]
#: The same for those who ask for usage in each frame, as this gateway does.
COUNTED_STREAM: Final = [
    chunk(_frame(number, usage={"prompt_tokens": 12, "total_tokens": 13 + number, "completion_tokens": 1 + number}))
    for number in range(FRAMES)
]
COUNTED: Final = b'"continuous_usage_stats":true'
_REPORT: Final = _event({**_COMMON, "object": "chat.completion.chunk", "choices": [], "usage": _USAGE})
STREAM_HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
STREAM_END: Final = chunk(_REPORT) + chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"
