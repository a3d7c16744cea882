"""What OpenAI's client gets of a real engine."""

from typing import Final

import orjson
import pytest
from openai import AsyncOpenAI
from openai.types.chat import (
    ChatCompletionMessageParam,
    ChatCompletionNamedToolChoiceParam,
    ChatCompletionToolParam,
)

QUESTION: Final[list[ChatCompletionMessageParam]] = [{"role": "user", "content": "Größe?"}]
#: Leaves so little choice that random weights cannot but give an answer of the asked form.
SCHEMA: Final[dict[str, object]] = {
    "type": "object",
    "properties": {"city": {"type": "string", "enum": ["Oslo", "Rome"]}, "rain": {"type": "boolean"}},
    "required": ["city", "rain"],
    "additionalProperties": False,
}
TOOL: Final[ChatCompletionToolParam] = {
    "type": "function",
    "function": {"name": "weather", "strict": True, "parameters": SCHEMA},
}
THIS_TOOL: Final[ChatCompletionNamedToolChoiceParam] = {"type": "function", "function": {"name": "weather"}}
#: The end may come at any token of a model with random weights.
TO_THE_LIMIT: Final = {"ignore_eos": True}


def fits(text: str | None) -> bool:
    """Whether `text` is JSON as `SCHEMA` asks for it."""
    answer = orjson.loads(text or "")
    return set(answer) == {"city", "rain"} and answer["city"] in ("Oslo", "Rome") and isinstance(answer["rain"], bool)


async def test_a_chat_says_the_same_whole_and_streamed(openai: AsyncOpenAI) -> None:
    whole = await openai.chat.completions.create(
        model="tiny", messages=QUESTION, max_tokens=40, temperature=0, extra_body=TO_THE_LIMIT
    )
    stream = await openai.chat.completions.create(
        model="tiny", messages=QUESTION, max_tokens=40, temperature=0, extra_body=TO_THE_LIMIT, stream=True
    )
    choices = [choice async for chunk in stream for choice in chunk.choices]
    assert "".join(choice.delta.content or "" for choice in choices) == whole.choices[0].message.content
    assert whole.choices[0].message.content
    assert (choices[-1].finish_reason, whole.choices[0].finish_reason) == ("length", "length")


async def test_a_completion_says_the_same_whole_and_streamed(openai: AsyncOpenAI) -> None:
    whole = await openai.completions.create(
        model="tiny", prompt="Größe?", max_tokens=40, temperature=0, extra_body=TO_THE_LIMIT
    )
    stream = await openai.completions.create(
        model="tiny", prompt="Größe?", max_tokens=40, temperature=0, extra_body=TO_THE_LIMIT, stream=True
    )
    assert "".join([chunk.choices[0].text async for chunk in stream]) == whole.choices[0].text
    assert whole.choices[0].text


async def test_several_choices_arrive_side_by_side(openai: AsyncOpenAI) -> None:
    stream = await openai.chat.completions.create(
        model="tiny", messages=QUESTION, max_tokens=20, n=3, seed=1, extra_body=TO_THE_LIMIT, stream=True
    )
    ends = [(choice.index, choice.finish_reason) async for chunk in stream for choice in chunk.choices]
    assert {index for index, _ in ends} == {0, 1, 2}
    assert sum(reason == "length" for _, reason in ends) == 3


async def test_an_answer_ends_at_a_stop_sequence(openai: AsyncOpenAI) -> None:
    asked = {"structured_outputs": {"choice": ["Oslo, Rome"]}}
    answer = await openai.chat.completions.create(model="tiny", messages=QUESTION, stop=[","], extra_body=asked)
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("Oslo", "stop")


async def test_log_probabilities_arrive(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(
        model="tiny", messages=QUESTION, max_tokens=5, logprobs=True, top_logprobs=2, extra_body=TO_THE_LIMIT
    )
    assert answer.choices[0].logprobs
    tokens = answer.choices[0].logprobs.content or []
    assert [len(token.top_logprobs) >= 2 for token in tokens] == [True] * 5
    assert all(token.logprob <= 0 for token in tokens)


@pytest.mark.parametrize("strict", [True, False])
async def test_structured_output_keeps_to_its_schema(openai: AsyncOpenAI, strict: bool) -> None:
    answer = await openai.chat.completions.create(
        model="tiny",
        messages=QUESTION,
        max_tokens=400,
        response_format={"type": "json_schema", "json_schema": {"name": "w", "strict": strict, "schema": SCHEMA}},
    )
    assert fits(answer.choices[0].message.content)


async def test_json_mode_begins_an_object(openai: AsyncOpenAI) -> None:
    """Random weights seldom end one."""
    answer = await openai.chat.completions.create(
        model="tiny", messages=QUESTION, max_tokens=20, response_format={"type": "json_object"}
    )
    assert (answer.choices[0].message.content or "").startswith("{")


async def test_a_named_tool_is_called(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(
        model="tiny", messages=QUESTION, max_tokens=400, tools=[TOOL], tool_choice=THIS_TOOL
    )
    [call] = answer.choices[0].message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "weather"
    assert fits(call.function.arguments)


async def test_a_tool_call_is_reassembled_from_a_stream(openai: AsyncOpenAI) -> None:
    async with openai.chat.completions.stream(
        model="tiny", messages=QUESTION, max_tokens=400, tools=[TOOL], tool_choice=THIS_TOOL
    ) as stream:
        answer = await stream.get_final_completion()
    [call] = answer.choices[0].message.tool_calls or []
    assert call.function.name == "weather"
    assert fits(call.function.arguments)


async def test_a_model_free_to_choose_may_answer_in_words(openai: AsyncOpenAI) -> None:
    answer = await openai.chat.completions.create(
        model="tiny", messages=QUESTION, max_tokens=20, temperature=0, tools=[TOOL], extra_body=TO_THE_LIMIT
    )
    assert answer.choices[0].message.content
    assert not answer.choices[0].message.tool_calls
