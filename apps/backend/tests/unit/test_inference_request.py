"""What is read out of a request, and that the engine gets the same one."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import RefusedError
from gateway.jsontypes import Json, JsonObject
from gateway.proxy.inference_request import InferenceRequest, parse

CHAT = "/v1/chat/completions"
#: What the engine is asked to report of every stream.
COUNTED: JsonObject = {"include_usage": True, "continuous_usage_stats": True}
_SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10)
_JSON: st.SearchStrategy[Json] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
#: Fields of a request that can be refused for nothing else.
_SMALL: JsonObject = {"model": "m", "max_tokens": 5, "n": 1, "best_of": None}
_FIELDS = st.dictionaries(
    st.sampled_from(
        ["messages", "tools", "prompt", "input", "n", "best_of", "max_tokens", "stream", "prompt_cache_key", "x"]
    ),
    _JSON,
)


@given(_FIELDS, st.sampled_from([CHAT, "/v1/completions", "/v1/embeddings"]))
def test_any_json_is_either_understood_or_refused_with_400(fields: JsonObject, path: str) -> None:
    outcome = _outcome(orjson.dumps({"model": "m", **fields}), path)
    if isinstance(outcome, InferenceRequest):
        assert outcome.demand.prompt_tokens > 0
        assert 0 < outcome.demand.tokens(256, 0) < 2**53
        assert outcome.demand.tokens(256, 100) <= 100 * outcome.demand.sequences
    else:
        assert outcome.denial.status == 400


@given(st.binary(max_size=60))
def test_any_bytes_are_either_understood_or_refused_with_400(body: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(body, CHAT)
    assert refused.value.denial.status == 400


@pytest.mark.parametrize("value", [b"{}", b"[]", b"0", b'{"a":{}}'])
def test_a_body_that_takes_far_more_memory_than_it_has_bytes_is_not_read(value: bytes) -> None:
    few, many = [b",".join([value] * count) for count in (90_000, 1_100_000)]
    assert parse(b'{"model":"m","messages":[' + few + b"]}", CHAT).demand.prompt_tokens > 40_000
    with pytest.raises(RefusedError) as refused:
        parse(b'{"model":"m","messages":[' + many + b"]}", CHAT)
    assert refused.value.denial.status == 413


@given(_FIELDS)
def test_the_engine_gets_the_clients_fields_and_reports_usage(fields: JsonObject) -> None:
    sent: JsonObject = {**fields, **_SMALL, "stream": True, "stream_options": {"extra": 1}}
    assert orjson.loads(_body(parse(orjson.dumps(sent), CHAT))) == {**sent, "stream_options": {"extra": 1, **COUNTED}}


@given(_FIELDS)
def test_without_stream_options_the_rest_of_the_body_is_not_touched(fields: JsonObject) -> None:
    sent: JsonObject = {**fields, **_SMALL, "stream": True}
    body = orjson.dumps(sent)
    assert _body(parse(b" \n" + body, CHAT)).endswith(body[1:])
    assert orjson.loads(_body(parse(body, CHAT))) == {**sent, "stream_options": COUNTED}


@pytest.mark.parametrize(
    ("options", "report", "running"),
    [
        (None, False, False),
        ({}, False, False),
        ({"include_usage": True}, True, False),
        ({"include_usage": True, "continuous_usage_stats": True}, True, True),
        ({"continuous_usage_stats": True}, False, False),
    ],
)
def test_a_client_sees_the_usage_that_it_asked_for(options: JsonObject | None, report: bool, running: bool) -> None:
    request = _parse({"stream": True, "stream_options": options})
    assert (request.show_usage, request.show_running_usage) == (report, running)


def test_a_request_without_a_stream_goes_as_it_is() -> None:
    body = b'{ "model":"m", "huge": 123456789012345678901234567890, "messages": [] }'
    request = parse(body, CHAT)
    assert (request.opening, request.rest) == (b"", body)
    assert request.rest is body


def test_turns_of_a_conversation_share_an_engine_and_other_conversations_need_not() -> None:
    begin: list[Json] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is a gateway?"}]
    longer: list[Json] = [*begin, {"role": "assistant", "content": "A door."}, {"role": "user", "content": "Why?"}]
    other: list[Json] = [begin[0], {"role": "user", "content": "What is a queue?"}]
    assert _parse({"messages": begin}).affinity == _parse({"messages": longer}).affinity
    assert _parse({"messages": begin}).affinity != _parse({"messages": other}).affinity


def test_a_cache_key_of_the_client_decides_alone() -> None:
    one = _parse({"messages": [{"role": "user", "content": "a"}], "prompt_cache_key": "k"})
    two = _parse({"messages": [{"role": "user", "content": "b"}], "prompt_cache_key": "k"})
    assert one.affinity == two.affinity


def _outcome(body: bytes, path: str) -> InferenceRequest | RefusedError:
    try:
        return parse(body, path)
    except RefusedError as refused:
        return refused


def _parse(fields: JsonObject) -> InferenceRequest:
    return parse(orjson.dumps({"model": "m", **fields}), CHAT)


def _body(request: InferenceRequest) -> bytes:
    return request.opening + request.rest
