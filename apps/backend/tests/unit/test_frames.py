"""However a stream is cut on its way, its frames stay whole."""

from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.proxy.answer_stream import AnswerStream
from gateway.proxy.engine_usage import Usage
from gateway.proxy.frames import FrameSplitter, data_of, split
from gateway.proxy.passage import LargeAnswer

_LINES = st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b""))
_FRAMES = st.lists(
    st.tuples(
        st.sampled_from([b"data: ", b"data:", b": ", b"event: "]), _LINES, st.sampled_from([b"\n\n", b"\r\n\r\n"])
    ).map(b"".join),
    max_size=12,
)
_TEXT = st.text(max_size=30) | st.sampled_from(
    ['"usage"', "[DONE]", "data: [DONE]\n\n", '{"usage":{"prompt_tokens":99}}']
)


@st.composite
def _cut(draw: st.DrawFn, data: bytes) -> list[bytes]:
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=20)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]


@given(_FRAMES, st.data())
def test_nothing_is_lost_added_or_reordered(frames: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(frames)
    splitter = FrameSplitter()
    out = [splitter.feed(part) for part in data.draw(_cut(stream))]
    assert b"".join(out) + splitter.rest == stream


@given(_FRAMES, st.data())
def test_only_whole_frames_come_out(frames: list[bytes], data: st.DataObject) -> None:
    splitter = FrameSplitter()
    for part in data.draw(_cut(b"".join(frames))):
        out = splitter.feed(part)
        assert not out or out.endswith((b"\n\n", b"\r\n\r\n"))


@given(_FRAMES)
def test_split_frames_join_to_the_same_bytes(frames: list[bytes]) -> None:
    assert b"".join(split(b"".join(frames))) == b"".join(frames)


def test_a_frame_of_any_length_is_cut_off_at_its_end_however_it_comes() -> None:
    frame, next_frame = b"data: " + b"x" * 300_000 + b"\r\n\r\n", b"data: next\n\n"
    for size in (1_000, 7_777, 70_000):
        splitter = FrameSplitter()
        stream = frame + next_frame
        out = [splitter.feed(stream[start : start + size]) for start in range(0, len(stream), size)]
        assert b"".join(out) == stream
        assert frame in b"".join(part for part in out if len(part) > 100)
        assert not splitter.rest


@given(_LINES, _LINES)
def test_several_data_lines_make_one_payload(one: bytes, two: bytes) -> None:
    payload = data_of(b"data: " + one + b"\ndata: " + two + b"\n\n")
    assert payload.splitlines() == (one + b"\n" + two).splitlines()


@given(st.lists(_TEXT, max_size=10), st.booleans(), st.data())
def test_a_stream_is_counted_and_its_usage_shown_only_when_asked_for(
    texts: list[str], show_usage: bool, data: st.DataObject
) -> None:
    tokens = [_event({"choices": [{"delta": {"content": text}}]}) for text in texts]
    report = _event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": len(texts)}})
    stream = AnswerStream(show_usage=show_usage)
    sent = b"".join(tokens) + report + b"data: [DONE]\n\n"
    out = b"".join(stream.feed(part) for part in data.draw(_cut(sent)))
    assert out == b"".join(tokens) + (report if show_usage else b"")
    assert stream.ended
    assert stream.tail == b"data: [DONE]\n\n"
    assert stream.frames == len(texts)
    assert stream.usage == Usage(3, len(texts), 0)


@given(st.lists(_TEXT, max_size=10), st.data())
def test_a_stream_without_its_last_frame_has_not_ended(texts: list[str], data: st.DataObject) -> None:
    stream = AnswerStream(show_usage=False)
    for part in data.draw(_cut(b"".join(_event({"choices": [{"text": text}]}) for text in texts))):
        stream.feed(part)
    assert not stream.ended


_LOGPROBS = [{"token": f"t{number}", "logprob": -0.5} for number in range(50_000)]
_HUGE = {"id": "x", "choices": [{"index": 0, "logprobs": _LOGPROBS}]}
_USAGE = {"prompt_tokens": 32_768, "total_tokens": 32_769, "completion_tokens": 1}


@pytest.mark.parametrize("size", [5_000, 65_536, 300_000])
@pytest.mark.parametrize("show", [False, True])
def test_a_frame_too_long_to_be_kept_passes_in_pieces(size: int, show: bool) -> None:
    stream = AnswerStream(show_usage=False, show_running_usage=show)
    sent = _event({**_HUGE, "usage": _USAGE}) + _event({"choices": [{"text": "next"}]}) + b"data: [DONE]\n\n"
    assert len(sent) > 1_500_000
    out, most_kept = b"", 0
    for start in range(0, len(sent), size):
        passed = stream.feed(sent[start : start + size])
        out += passed
        most_kept = max(most_kept, start + size - len(out))
    assert most_kept < 262_144 + 2 * size
    first = _event({**_HUGE, "usage": _USAGE} if show else _HUGE)
    assert out == first + _event({"choices": [{"text": "next"}]})
    assert (stream.usage, stream.frames, stream.torn) == (Usage(32_768, 1, 0), 2, False)
    assert stream.tail == b"data: [DONE]\n\n"


def test_an_engine_that_gives_up_in_a_long_frame_leaves_it_torn() -> None:
    stream = AnswerStream(show_usage=False)
    sent = _event({"id": "x", "choices": [{"logprobs": _LOGPROBS, "finish_reason": "abort"}], "usage": _USAGE})
    out = b"".join(stream.feed(sent[start : start + 65_536]) for start in range(0, len(sent), 65_536))
    assert stream.failure
    assert stream.torn
    assert sent.startswith(out)
    assert b"abort" not in out


def _running(choice: int, prompt_tokens: int, completion_tokens: int) -> bytes:
    usage = {"prompt_tokens": prompt_tokens, "total_tokens": 0, "completion_tokens": completion_tokens}
    return _event({"id": "x", "choices": [{"index": choice, "text": "t"}], "usage": usage})


def test_of_a_stream_that_is_cut_the_engines_last_count_is_known() -> None:
    stream = AnswerStream(show_usage=False)
    for number in range(1, 6):
        stream.feed(_running(0, 1_000, number * 3))
    assert stream.usage == Usage(1_000, 15, 0)


def test_each_prompt_counts_once_and_each_of_its_choices_with_its_own_completions() -> None:
    stream = AnswerStream(show_usage=False, choices=2, sequences=4)
    for choice, prompt, completion in ((0, 10, 1), (2, 30, 5), (1, 10, 2), (0, 10, 7), (3, 30, 1)):
        stream.feed(_running(choice, prompt, completion))
    assert stream.usage == Usage(10 + 30, 7 + 2 + 5 + 1, 0)


@pytest.mark.parametrize("order", [("choices", "usage"), ("usage", "choices")])
def test_the_report_at_the_end_is_one_in_whatever_order_it_is_written(order: tuple[str, str]) -> None:
    fields = {"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5}}
    report = _event({"id": "x"} | {name: fields[name] for name in order})
    shown, hidden = AnswerStream(show_usage=True), AnswerStream(show_usage=False)
    assert (shown.feed(report), hidden.feed(report)) == (report, b"")
    assert (shown.usage, hidden.usage) == (Usage(3, 5, 0), Usage(3, 5, 0))


def test_counts_that_are_none_are_not_believed() -> None:
    usage = {"prompt_tokens": -5, "completion_tokens": 2**63, "total_tokens": "many"}
    stream = AnswerStream(show_usage=False)
    stream.feed(_event({"choices": [], "usage": usage}))
    assert stream.usage == Usage(0, 0, 0)


@pytest.mark.parametrize("size", [50, 262_144, 1_000_000])
def test_a_large_answer_passes_in_pieces_and_its_usage_is_found_wherever_it_is_cut(size: int) -> None:
    answer = orjson.dumps({"choices": [{"logprobs": _LOGPROBS}], "usage": _USAGE, "prompt_logprobs": _LOGPROBS})
    where = answer.index(b',"usage"')
    for first in range(where - 20, where + 120, 7):
        large = LargeAnswer()
        cuts = [0, first, *range(first + size, len(answer), size), len(answer)]
        passed = [large.feed(answer[start:end]) for start, end in pairwise(cuts)]
        large.complete()
        assert b"".join(passed) + large.tail == answer
        assert large.usage == Usage(32_768, 1, 0)


def _event(document: object) -> bytes:
    return b"data: " + orjson.dumps(document) + b"\n\n"
