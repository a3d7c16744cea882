"""What is read out of a request, and that the engine gets the same one."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.jsontypes import Json, JsonObject
from gateway.proxy.inference_request import InferenceRequest, RefusedError, parse

CHAT = "/v1/chat/completions"
_SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10)
_JSON: st.SearchStrategy[Json] = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = st.dictionaries(
    st.sampled_from(
        ["messages", "prompt", "input", "n", "max_tokens", "stream", "stream_options", "prompt_cache_key", "x"]
    ),
    _JSON,
)


@given(_FIELDS, st.sampled_from([CHAT, "/v1/completions", "/v1/embeddings"]))
def test_any_json_is_either_understood_or_refused_with_400(fields: JsonObject, path: str) -> None:
    outcome = _outcome(orjson.dumps({"model": "m", **fields}), path)
    if isinstance(outcome, InferenceRequest):
        assert outcome.prompt_tokens >= 0
        assert outcome.max_tokens is None or outcome.max_tokens >= 0
    else:
        assert outcome.denial.status == 400


@given(st.binary(max_size=60))
def test_any_bytes_are_either_understood_or_refused_with_400(body: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(body, CHAT)
    assert refused.value.denial.status == 400


@given(_FIELDS)
def test_the_engine_gets_the_clients_fields_and_reports_usage(fields: JsonObject) -> None:
    sent: JsonObject = {**fields, "model": "m", "stream": True, "max_tokens": 5, "stream_options": {"extra": 1}}
    got = orjson.loads(parse(orjson.dumps(sent), CHAT).body)
    assert got == {**sent, "stream_options": {"extra": 1, "include_usage": True}}


@given(_FIELDS)
def test_without_stream_options_the_rest_of_the_body_is_not_touched(fields: JsonObject) -> None:
    sent = {**fields, "model": "m", "stream": True, "max_tokens": 5}
    sent.pop("stream_options", None)
    body = orjson.dumps(sent)
    assert parse(b" \n" + body, CHAT).body.endswith(body[1:])
    assert orjson.loads(parse(body, CHAT).body) == {**sent, "stream_options": {"include_usage": True}}


def test_a_request_without_a_stream_goes_as_it_is() -> None:
    body = b'{ "model":"m", "huge": 123456789012345678901234567890, "messages": [] }'
    assert parse(body, CHAT).body is body


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({"messages": [{"role": "user", "content": "x" * 400}]}, 101),
        ({"messages": [{"content": [{"type": "text", "text": "x" * 40}, {"type": "image_url"}]}]}, 11 + 768),
        ({"prompt": [1, 2, 3]}, 3),
        ({"prompt": [[1, 2], [3]]}, 3),
        ({"prompt": ["x" * 40, "x" * 80]}, 11 + 21),
        ({"input": "x" * 40}, 11),
    ],
)
def test_the_tokens_of_a_prompt_are_estimated(fields: JsonObject, tokens: int) -> None:
    assert _parse(fields).prompt_tokens == tokens


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({}, None),
        ({"max_tokens": 7}, 7),
        ({"max_completion_tokens": 5, "max_tokens": 7}, 5),
        ({"max_tokens": 7, "n": 3}, 21),
    ],
)
def test_the_longest_answer_is_known_when_the_request_says_so(fields: JsonObject, tokens: int | None) -> None:
    assert _parse(fields).max_tokens == tokens


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
