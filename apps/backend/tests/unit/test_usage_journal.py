"""The files of the usage journal: whatever happens to a process, its successor finds what it had appended."""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.usage.journal import UsageJournal
from harness.full_disk import files_end_at
from harness.gateway import SOURCES

#: Appends ten lines, says so, and waits to be killed.
_WRITER = f"""
import sys, time
sys.path.insert(0, {str(SOURCES)!r})
from pathlib import Path
from gateway.usage.journal import UsageJournal
journal = UsageJournal(Path(sys.argv[1]))
assert all(journal.append(b'{{"request_id":%d}}\\n' % number) for number in range(10))
print("written", flush=True)
time.sleep(60)
"""


def line(number: int) -> bytes:
    return orjson.dumps({"request_id": number}, option=orjson.OPT_APPEND_NEWLINE)


def filled(folder: Path, count: int, segment_bytes: int = 100) -> UsageJournal:
    """A journal with so many lines, about six in a file."""
    journal = UsageJournal(folder, segment_bytes)
    assert all(journal.append(line(number)) for number in range(count))
    return journal


def test_the_segments_of_a_living_process_are_left_alone_and_those_of_a_killed_one_adopted(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        journal = UsageJournal(tmp_path)
        assert journal.adopt() == []
        writer.send_signal(signal.SIGKILL)
    assert journal.adopt() == [line(number) for number in range(10)]
    assert UsageJournal(tmp_path).adopt() == []  # they have a holder again
    journal.acknowledge(10)
    assert list(tmp_path.iterdir()) == []


def test_segments_begin_anew_when_they_are_large_and_vanish_when_acknowledged(tmp_path: Path) -> None:
    journal = filled(tmp_path, 60)
    files = len(list(tmp_path.iterdir()))
    assert files >= 10
    journal.acknowledge(30)
    assert 0 < len(list(tmp_path.iterdir())) <= files / 2 + 1
    journal.acknowledge(30)
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_acknowledged_at_the_end_stays_for_the_successor(tmp_path: Path) -> None:
    journal = filled(tmp_path, 3)
    journal.acknowledge(2)
    journal.close()
    successor = UsageJournal(tmp_path)
    assert successor.adopt() == [line(0), line(1), line(2)]  # a file is kept whole: repetition is harmless
    successor.acknowledge(3)
    assert list(tmp_path.iterdir()) == []


def test_a_torn_last_line_is_dropped_with_a_warning_and_the_rest_counts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path, 3).close()
    [path] = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-4])
    assert UsageJournal(tmp_path).adopt() == [line(0), line(1)]
    [warning] = caplog.records
    assert warning.levelname == "WARNING"
    assert f"{path}: the last of 3 records was cut off" in warning.getMessage()


def test_a_full_journal_says_so_once_and_works_again_when_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = filled(tmp_path, 3)
    with files_end_at(3 * len(line(0)) + 5):  # the write comes out short
        assert not journal.append(line(3))
    with files_end_at(0):  # writes fail from their start
        assert not any(journal.append(line(number)) for number in range(4, 20))
    assert len(list(tmp_path.iterdir())) <= 2  # the torn one and at most one that is empty
    assert len(caplog.records) == 1
    assert str(tmp_path) in caplog.text
    assert journal.append(line(20))
    journal.close()
    assert set(UsageJournal(tmp_path).adopt()) == {line(0), line(1), line(2), line(20)}


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 9)),
        st.tuples(st.just("acknowledge"), st.integers(1, 9)),
        st.tuples(st.just("full"), st.integers(0, 150)),
        st.tuples(st.just("kill"), st.integers(0, 10)),
    ),
    max_size=40,
)


class _Life:
    """A journal through the lives of several processes, and what it must not lose."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.number = 0
        #: Lines that were said to be written and are not acknowledged, the oldest first.
        self.owed: list[bytes] = []
        self.folder = home / "0"
        self.folder.mkdir()
        self.journal = UsageJournal(self.folder, segment_bytes=100)

    def append(self, count: int) -> None:
        for _ in range(count):
            self.number += 1
            if self.journal.append(line(self.number)):
                self.owed.append(line(self.number))

    def acknowledge(self, count: int) -> None:
        count = min(count, len(self.owed))
        self.journal.acknowledge(count)
        del self.owed[:count]

    def full(self, size: int) -> None:
        with files_end_at(size):
            self.append(3)

    def kill(self, torn: int) -> None:
        """Go on with the files as a kill leaves them: in the middle of a write when `torn` is not 0."""
        ever = {line(number) for number in range(1, self.number + 1)}
        self.folder = Path(shutil.copytree(self.folder, self.home / f"{self.number}-{len(list(self.home.iterdir()))}"))
        for path in list(self.folder.iterdir())[:1]:
            path.write_bytes(path.read_bytes() + line(self.number)[:torn])
        self.journal.close()
        self.journal = UsageJournal(self.folder, segment_bytes=100)
        adopted = self.journal.adopt()
        assert set(self.owed) <= set(adopted) <= ever
        assert len(set(adopted)) == len(adopted)
        self.owed = adopted


@given(_STEPS)
@hypothesis_settings(max_examples=150, deadline=None)
def test_no_order_of_writes_acknowledgements_failures_and_kills_loses_a_line(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as home:
        life = _Life(Path(home))
        for step, amount in steps:
            getattr(life, step)(amount)
        life.acknowledge(len(life.owed))
        life.journal.close()
        assert list(life.folder.iterdir()) == []
