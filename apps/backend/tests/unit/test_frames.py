"""However a stream is cut on its way, its frames stay whole."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from gateway.proxy.answer_stream import AnswerStream, Usage
from gateway.proxy.frames import FrameSplitter, data_of, split

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


def _event(document: object) -> bytes:
    return b"data: " + orjson.dumps(document) + b"\n\n"
