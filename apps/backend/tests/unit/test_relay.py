"""A stream on its way from engine to client: whole chunks that pass as they came give what decoding them would give."""

import asyncio
from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.jsontypes import Json, JsonObject
from gateway.proxy import answer_stream
from gateway.proxy.chunks import chunk
from gateway.proxy.engine_usage import Usage
from harness.relay import END, FakeClient, Outcome, relayed

_DONE = b"data: [DONE]\n\n"


def _pass(reads: Sequence[bytes], *, show_usage: bool = False, show_running_usage: bool = False) -> Outcome:
    async def run() -> Outcome:
        stream = await relayed(show_usage=show_usage, show_running_usage=show_running_usage)
        for read in reads:
            if not stream.task.done():
                stream.connection.data_received(read)
                await asyncio.sleep(0)
        return await stream.end()

    return asyncio.run(run())


def _event(document: Json) -> bytes:
    return b"data: " + orjson.dumps(document) + b"\n\n"


def _token(text: str) -> bytes:
    return _event({"id": "x", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})


_RUNNING: JsonObject = {
    "prompt_tokens": 3,
    "total_tokens": 5,
    "completion_tokens": 2,
    "completion_tokens_details": None,
}


def _counted(text: str) -> bytes:
    """A token as vLLM sends it with its usage so far."""
    return _event({"id": "x", "choices": [{"index": 0, "delta": {"content": text}}], "usage": _RUNNING})


_TOKENS = (st.text(max_size=300) | st.sampled_from(['"usage"', "[DONE]", _DONE.decode(), "\r\n0\r\n\r\n"])).map(_token)
_COUNTED = (st.text(max_size=300) | st.just(',"usage":{')).map(_counted)
_OTHERS = [
    _event({"id": "x", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 5}}),
    _event({"id": "x", "choices": [{"index": 0}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}),
    _event({"id": "x", "choices": [{"index": 0, "delta": {}, "finish_reason": "abort"}]}),
    _event(
        {"id": "x", "choices": [{"index": 0}], "usage": {**_RUNNING, "prompt_tokens_details": {"cached_tokens": 1}}}
    ),
    _event({"id": "x", "choices": [{"index": 0}], "usage": _RUNNING, "prompt_token_ids": None}),
    _event({"id": "x", "choices": [{"index": 0}], "usage": None}),
    _event({"id": "x", "choices": [{"index": 0}], "usage": _RUNNING, "other": {}}),
    _event({"id": "x", "choices": [{"index": 0}], "usage": {"details": {}, **_RUNNING}}),
    _counted("two lines").replace(b'"index"', b'\n"index"'),
    b'data: {"id":"x","choices":[{"index":0}],"usage":{"prompt_tokens":oops}}\n\n',
    _event({"object": "another order", "id": "x", "choices": []}),
    _event({"error": {"message": "of the request", "code": 400}}),
    _event({"error": {"message": "of the engine", "code": 500}}),
    _token("crlf").replace(b"\n\n", b"\r\n\r\n"),
    b'data: {"id":\ndata: 1}\n\n',
    b'data: {"id":"usage" is no JSON\n\n',
    b": a comment\n\n",
    b"event: x\ndata:\n\n",
    b"\n\n",
    _DONE,
]
_SIZE_LINES = st.sampled_from([b"%x\r\n", b"%X\r\n", b"0000%x\r\n", b"%x;name=value\r\n", b'%x;name="quoted"\r\n'])


@st.composite
def _cut(draw: st.DrawFn, data: bytes) -> list[bytes]:
    places = sorted(draw(st.sets(st.integers(1, max(1, len(data) - 1)), max_size=6)))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True) if start < end]


@st.composite
def _reads(draw: st.DrawFn) -> list[bytes]:
    """What comes of a stream: mostly a chunk for each frame and a read for each chunk, as from engines."""
    frames = draw(st.lists(_TOKENS | _COUNTED | st.sampled_from(_OTHERS), max_size=12)) + draw(
        st.sampled_from([[_DONE], []])
    )
    whole_frames, whole_chunks, plain = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    parts = frames if whole_frames else draw(_cut(b"".join(frames)))
    lines = [b"%x\r\n" if plain else draw(_SIZE_LINES) for _ in parts]
    chunks = [line % len(part) + part + b"\r\n" for line, part in zip(lines, parts, strict=True)]
    ends = [draw(st.sampled_from([END, b"0\r\ntrailer: x\r\n\r\n"]))]
    return [*chunks, *ends] if whole_chunks else draw(_cut(b"".join(chunks + ends)))


_ONE, _TWO, _THREE = _token("one"), _token("two"), _token("three")
#: Reads behind a first chunk. One of them looks like a chunk, and is data of a larger one;
_LARGER = b": begin\n\n" + chunk(_TWO) + b": end\n\n"
_WITHIN = [b"%x\r\n: begin\n\n" % len(_LARGER), chunk(_TWO), b": end\n\n\r\n", chunk(_DONE), END]
#: or the first digit of its size came before;
_BEHIND_A_DIGIT = [b"1", chunk(_TWO), b":" * (0x100 - 4) + b"\n\n\r\n", chunk(_DONE), END]
#: or it is a chunk, but ends a frame that began before.
_BEHIND_A_LINE = [chunk(b": half a frame\n"), chunk(_TWO), chunk(_DONE), END]


def _every_way(reads: Sequence[bytes], *, show_usage: bool = False, show_running_usage: bool = False) -> Outcome:
    outcome = _pass(reads, show_usage=show_usage, show_running_usage=show_running_usage)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answer_stream, "counted_chunk", lambda _: None)
        assert outcome == _pass(reads, show_usage=show_usage, show_running_usage=show_running_usage)
        patch.setattr(answer_stream, "plain_chunks", lambda *_: (0, b""))
        assert outcome == _pass(reads, show_usage=show_usage, show_running_usage=show_running_usage)
    return outcome


@given(_reads(), st.booleans(), st.booleans())
def test_however_a_stream_is_cut_every_way_gives_the_same(reads: list[bytes], show: bool, show_running: bool) -> None:
    _every_way(reads, show_usage=show, show_running_usage=show_running)


@pytest.mark.parametrize("frame", [*_OTHERS, _TWO + _THREE, b""])
def test_every_way_gives_the_same_for_every_frame_that_is_no_plain_one(frame: bytes) -> None:
    _every_way([chunk(_ONE), chunk(frame), chunk(_TWO), chunk(_DONE), END])


@pytest.mark.parametrize("reads", [_WITHIN, _BEHIND_A_DIGIT, _BEHIND_A_LINE], ids=["data", "digit", "line"])
def test_what_only_looks_like_a_chunk_with_a_frame_is_decoded(reads: list[bytes]) -> None:
    for start in ([chunk(_ONE), *reads], [chunk(_ONE) + reads[0], *reads[1:]]):
        outcome = _every_way(start)
        assert (outcome.tail, outcome.complete, outcome.error) == (_DONE, True, "")


async def test_what_comes_after_the_end_is_not_passed_on() -> None:
    stream = await relayed()
    for read in (chunk(_ONE), END, chunk(_TWO)):
        stream.connection.data_received(read)
    outcome = await stream.end()
    assert (outcome.body, outcome.frames, outcome.error) == (_ONE, 1, "reset")


async def test_a_read_of_whole_chunks_goes_as_it_came_and_is_counted() -> None:
    stream = await relayed()
    reads = [chunk(_ONE), chunk(_TWO), chunk(_THREE) + chunk(_ONE)]
    for read in reads:
        stream.connection.data_received(read)
    _, second, third = stream.client.writes
    assert second is reads[1]
    assert third is reads[2]
    assert stream.stream.frames == 4
    await stream.end()


@pytest.mark.parametrize("show", [False, True])
async def test_the_usage_so_far_is_taken_out_of_chunks_unless_the_client_wants_it(show: bool) -> None:
    stream = await relayed(show_running_usage=show)
    for read in (chunk(_ONE), chunk(_counted("two")), chunk(_TWO) + chunk(_counted("three"))):
        stream.connection.data_received(read)
    outcome = await stream.end()
    assert orjson.dumps({"usage": _RUNNING})[1:-1] in _counted("two")
    told = (_counted("two"), _counted("three"))
    hidden = tuple(frame.replace(b"," + orjson.dumps({"usage": _RUNNING})[1:-1], b"") for frame in told)
    second, third = told if show else hidden
    assert outcome.body == _ONE + second + _TWO + third
    assert (outcome.usage, outcome.frames) == (Usage(3, 2, 0), 4)


async def test_a_client_that_takes_no_more_makes_the_engine_wait() -> None:
    stream = await relayed(FakeClient(full_after=2))
    stream.connection.data_received(chunk(_ONE))
    assert stream.engine.pauses == 0
    stream.connection.data_received(chunk(_TWO))
    assert (stream.engine.pauses, stream.engine.resumes) == (1, 0)
    assert stream.client.writable
    stream.client.writable()
    assert stream.engine.resumes == 1
    await stream.end()


@pytest.mark.parametrize("size", [b"5", b"+%x", b"0x%x", b" %x", b"%x ", b"-%x", b"_%x", b"", b"%x\n"])
def test_a_size_that_lies_or_is_no_number_ends_the_stream_and_passes_nothing(size: bytes) -> None:
    line = size % len(_TWO) if b"%" in size else size
    outcome = _pass([chunk(_ONE), line + b"\r\n" + _TWO + b"\r\n", chunk(_THREE)])
    assert (outcome.body, outcome.frames, outcome.error) == (_ONE, 1, "malformed")


def test_a_size_that_is_too_large_is_not_passed_on() -> None:
    outcome = _pass([chunk(_ONE), b"1000\r\n" + _TWO + b"\r\n"])
    assert outcome.body == _ONE + _TWO
    assert outcome.error == "reset"
