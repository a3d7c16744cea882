"""What is read out of a request, and that the engine gets the same one."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import RefusedError
from gateway.jsontypes import Json, JsonObject
from gateway.proxy.inference_request import InferenceRequest, parse

CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"
EMBEDDINGS = "/v1/embeddings"
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


@given(_FIELDS, st.sampled_from([CHAT, COMPLETIONS, EMBEDDINGS]))
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


_WORDS = "x" * 40_000
_SCHEMA: Json = {"type": "object", "properties": {f"field{n}": {"type": "string"} for n in range(1500)}}
_PICTURE: Json = {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64," + "A" * 1_000_000}}


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({"messages": [{"role": "user", "content": _WORDS}]}, 10_000),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": _WORDS}]}]}, 10_000),
        (
            {"messages": [], "tools": [{"type": "function", "function": {"parameters": _SCHEMA}}]},
            len(orjson.dumps(_SCHEMA)) // 4,
        ),
        ({"messages": [{"role": "assistant", "tool_calls": [{"function": {"arguments": _WORDS}}]}]}, 10_000),
        ({"messages": [{"role": "tool", "content": _WORDS}]}, 10_000),
        ({"messages": [{"content": [{"type": "image_url", "image_url": {"url": "https://x/y.jpg"}}]}]}, 768),
        ({"messages": [{"content": [_PICTURE, _PICTURE]}]}, 2 * 3_906),
        ({"messages": [{"content": [{"type": "input_audio", "input_audio": {"data": "A" * 9_000_000}}]}]}, 16_384),
        ({"prompt": [_WORDS, _WORDS]}, 20_000),
        ({"input": _WORDS}, 10_000),
    ],
)
def test_everything_that_becomes_prompt_is_estimated(fields: JsonObject, tokens: int) -> None:
    assert _parse(fields).demand.prompt_tokens == pytest.approx(tokens, rel=0.02, abs=40)


@pytest.mark.parametrize(("prompt", "tokens"), [([1, 2, 3], 3), ([[1, 2], [3]], 3)])
def test_prompts_given_as_tokens_are_counted(prompt: Json, tokens: int) -> None:
    assert _parse({"prompt": prompt}, COMPLETIONS).demand.prompt_tokens == tokens


@pytest.mark.parametrize(
    ("fields", "each", "sequences"),
    [
        ({}, None, 1),
        ({"max_tokens": 7}, 7, 1),
        ({"max_tokens": 256.0, "n": 2.0}, 256, 2),
        ({"max_completion_tokens": 5, "max_tokens": 7}, 5, 1),
        ({"max_tokens": 7, "n": 3}, 7, 3),
        ({"n": 3}, None, 3),
        ({"n": 2, "best_of": 5}, None, 5),
        ({"prompt": ["a"] * 100, "max_tokens": 4000}, 4000, 100),
        ({"prompt": [[1, 2], [3]], "n": 4}, None, 8),
        ({"prompt": [1, 2, 3], "n": 4}, None, 4),
    ],
)
def test_completions_are_reserved_for_each_choice_of_each_prompt(
    fields: JsonObject, each: int | None, sequences: int
) -> None:
    demand = _parse(fields, COMPLETIONS).demand
    assert (demand.max_tokens, demand.sequences) == (each, sequences)
    assert demand.tokens(256, 0) == demand.prompt_tokens + sequences * (256 if each is None else each)


def test_embeddings_take_no_completions() -> None:
    demand = _parse({"input": ["a", "b"], "max_tokens": 9, "n": 3}, EMBEDDINGS).demand
    assert (demand.tokens(256, 0), demand.sequences) == (demand.prompt_tokens, 2)


def test_nothing_takes_more_than_the_model_reads_and_writes() -> None:
    demand = _parse({"prompt": ["a", "b"], "max_tokens": 10_000_000, "n": 3}, COMPLETIONS).demand
    assert demand.tokens(256, 4096) == 6 * 4096
    assert _parse({"prompt": _WORDS, "n": 3}).demand.prompts(4096) == 4096


def test_a_number_beyond_all_reason_is_one_that_everybody_can_count() -> None:
    demand = _parse({"max_tokens": 2**63, "n": 2**63, "prompt": "a"}).demand
    assert demand.tokens(256, 0) == demand.tokens(256, 2**62) == 2**53 - 1


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens", "n", "best_of"])
@pytest.mark.parametrize("number", [-1, 1.5, "7", [], {}])
def test_a_count_that_engines_read_in_their_own_way_is_refused(field: str, number: Json) -> None:
    with pytest.raises(RefusedError) as refused:
        _parse({field: number})
    assert (refused.value.denial.status, refused.value.denial.code) == (400, f"invalid_{field}")


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


def _parse(fields: JsonObject, path: str = CHAT) -> InferenceRequest:
    return parse(orjson.dumps({"model": "m", **fields}), path)


def _body(request: InferenceRequest) -> bytes:
    return request.opening + request.rest
