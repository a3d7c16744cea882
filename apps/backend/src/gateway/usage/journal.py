"""Usage records on their way to Redis, in files that outlive the process.

A file is a segment: one record a line, in JSON. Whoever has it open holds its lock, so a segment without a holder is
what a process that was killed had not shipped.
"""

import contextlib
import errno
import fcntl
import logging
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_LOG = logging.getLogger(__name__)

_SEGMENTS: Final = "usage-*.jsonl"
_SEGMENT_BYTES: Final = 1024 * 1024


@dataclass(slots=True, eq=False)
class _Segment:
    """An open, locked file."""

    path: Path
    descriptor: int
    size: int = 0
    #: Records that Redis has not acknowledged.
    records: int = 0

    def remove(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:  # its records will be sent once more, which is harmless
            _LOG.warning("a file of the usage journal cannot be removed: %s", error)
        os.close(self.descriptor)


class UsageJournal:
    """Records are acknowledged in the order in which they came, so that a count says which ones.

    Nothing is flushed to a disk: what was written survives the process, not the machine.
    """

    def __init__(self, folder: Path, segment_bytes: int = _SEGMENT_BYTES) -> None:
        """`folder` exists; other processes may use it at the same time. `segment_bytes`: when to begin a new file."""
        self.folder = folder
        self._segment_bytes = segment_bytes
        self._segments: list[_Segment] = []
        #: The last of the segments, while more may be written to it.
        self._current: _Segment | None = None
        self._failing = False

    def adopt(self) -> list[bytes]:
        """Take over what dead processes left: their lines, to be acknowledged like appended ones.

        To be called before anything is appended. Raises OSError for a file that cannot be read.
        """
        lines: list[bytes] = []
        for path in self.folder.glob(_SEGMENTS):
            with contextlib.suppress(FileNotFoundError):  # a living process has just removed it
                segment = _open(path, os.O_RDONLY)
                if segment is None:
                    continue
                found = _whole_lines(path)
                segment.records = len(found)
                self._segments.append(segment)
                lines += found
        self._remove_finished()
        return lines

    def append(self, line: bytes) -> bool:
        """Write a line, with its end; False when it cannot be written, which the log says once per outage."""
        try:
            segment = self._current or self._begin()
            written = os.write(segment.descriptor, line)
            if written < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._fail(error)
            return False
        self._failing = False
        segment.records += 1
        segment.size += written
        if segment.size >= self._segment_bytes:
            self._current = None
        return True

    def acknowledge(self, count: int) -> None:
        """The oldest `count` lines are in Redis. Files of which nothing else is left are removed."""
        for segment in self._segments:
            taken = min(count, segment.records)
            segment.records -= taken
            count -= taken
            if not count:
                break
        self._remove_finished()

    def close(self) -> None:
        """Remove the files of which everything is acknowledged, and leave the others to a successor."""
        self._current = None
        self._remove_finished()
        for segment in self._segments:
            os.close(segment.descriptor)
        self._segments.clear()

    def _begin(self) -> _Segment:
        segment = None
        while segment is None:  # until no other process took the file for a dead one's before its lock was there
            path = self.folder / _SEGMENTS.replace("*", uuid.uuid4().hex)
            segment = _open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL)
        self._segments.append(segment)
        self._current = segment
        return segment

    def _fail(self, error: OSError) -> None:
        """Part of a line may be at the end of the segment now, so nothing may follow there."""
        self._current = None
        self._remove_finished()
        if not self._failing:
            _LOG.warning("the usage journal takes no records, answers wait for Redis: %s: %s", self.folder, error)
        self._failing = True

    def _remove_finished(self) -> None:
        for segment in [one for one in self._segments if not one.records and one is not self._current]:
            self._segments.remove(segment)
            segment.remove()


def _open(path: Path, flags: int) -> _Segment | None:
    """The segment, unless another process has it or removed it in this moment. Raises OSError when it cannot be."""
    descriptor = os.open(path, flags, mode=0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        free = os.fstat(descriptor).st_nlink > 0
    except BlockingIOError:
        free = False
    if not free:
        os.close(descriptor)
        return None
    return _Segment(path, descriptor)


def _whole_lines(path: Path) -> list[bytes]:
    lines = path.read_bytes().splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        _LOG.warning("%s: the last of %d records was cut off while it was written, and is dropped", path, len(lines))
        lines.pop()
    return lines
