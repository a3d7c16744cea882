"""How many tokens a request may take."""

import orjson
import pytest

from gateway.errors import RefusedError
from gateway.jsontypes import Json, JsonObject
from gateway.proxy.demand import Demand
from gateway.proxy.inference_request import parse

CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"
EMBEDDINGS = "/v1/embeddings"

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
    assert _demand(fields).prompt_tokens == pytest.approx(tokens, rel=0.02, abs=40)


@pytest.mark.parametrize(("prompt", "tokens"), [([1, 2, 3], 3), ([[1, 2], [3]], 3)])
def test_prompts_given_as_tokens_are_counted(prompt: Json, tokens: int) -> None:
    assert _demand({"prompt": prompt}, COMPLETIONS).prompt_tokens == tokens


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
    demand = _demand(fields, COMPLETIONS)
    assert (demand.max_tokens, demand.sequences) == (each, sequences)
    assert demand.tokens(256, 0) == demand.prompt_tokens + sequences * (256 if each is None else each)


def test_embeddings_take_no_completions() -> None:
    demand = _demand({"input": ["a", "b"], "max_tokens": 9, "n": 3}, EMBEDDINGS)
    assert (demand.tokens(256, 0), demand.sequences) == (demand.prompt_tokens, 2)


def test_nothing_takes_more_than_the_model_reads_and_writes() -> None:
    demand = _demand({"prompt": ["a", "b"], "max_tokens": 10_000_000, "n": 3}, COMPLETIONS)
    assert demand.tokens(256, 4096) == 6 * 4096
    assert _demand({"prompt": _WORDS, "n": 3}).prompts(4096) == 4096


def test_a_number_beyond_all_reason_is_one_that_everybody_can_count() -> None:
    demand = _demand({"max_tokens": 2**63, "n": 2**63, "prompt": "a"})
    assert demand.tokens(256, 0) == demand.tokens(256, 2**62) == 2**53 - 1


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens", "n", "best_of"])
@pytest.mark.parametrize("number", [-1, 1.5, "7", [], {}])
def test_a_count_that_engines_read_in_their_own_way_is_refused(field: str, number: Json) -> None:
    with pytest.raises(RefusedError) as refused:
        _demand({field: number})
    assert (refused.value.denial.status, refused.value.denial.code) == (400, f"invalid_{field}")


def _demand(fields: JsonObject, path: str = CHAT) -> Demand:
    return parse(orjson.dumps({"model": "m", **fields}), path).demand
