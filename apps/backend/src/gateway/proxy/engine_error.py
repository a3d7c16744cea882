"""What can go wrong with an engine."""

from typing import Final, Literal, TypeAlias

#: `refused`: no connection. `reset`: closed in mid-answer. `silent`: nothing came for too long. `malformed`: not HTTP,
#: JSON or SSE. `status`: 5xx, or as much in the words of an answer. Not the engine's fault: `stale`, it was closing a
#: kept connection that was used again; `stalled`, the client stopped reading; `slow`, what the client asked for took
#: too long, while the engine answered others.
FailureReason: TypeAlias = Literal["refused", "reset", "silent", "malformed", "status", "stale", "stalled", "slow"]
NOT_ITS_FAULT: Final = frozenset[FailureReason]({"stale", "stalled", "slow"})


class EngineError(Exception):
    """An engine gave no usable answer. The message is for logs: it names the engine's address, never a prompt."""

    def __init__(self, reason: FailureReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
