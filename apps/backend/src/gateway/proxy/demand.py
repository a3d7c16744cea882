"""What a request may take of a model at most, in tokens, before the engine has counted any."""

from dataclasses import dataclass
from typing import Final

from gateway.contracts import Denial
from gateway.errors import RefusedError
from gateway.jsontypes import Json, JsonObject

#: Bytes of JSON per token, of most tokenizers: English needs more, most other scripts fewer.
_BYTES_PER_TOKEN: Final = 4
#: Tokens of an image or a sound: the least; one for so many characters of data that come along (of a JPEG they are the
#: pixels that become one token); and the most, because models scale down what is larger.
_LEAST_PER_MEDIUM: Final = 768
_CHARACTERS_PER_TOKEN_OF_MEDIA: Final = 256
_MOST_PER_MEDIUM: Final = 16_384
#: The largest whole number that JSON keeps exact everywhere. No request is counted as more.
_MOST: Final = 2**53 - 1


@dataclass(slots=True)  # as frozen it would take several times as long to make
class Demand:
    """How much is asked for. Never changed."""

    #: Estimate; exact for prompts given as tokens.
    prompt_tokens: int
    #: Completion tokens of each choice at most; None when the request does not say, 0 for embeddings.
    max_tokens: int | None
    #: Choices for each prompt.
    choices: int
    #: Answers that the engine works on: prompts times choices.
    sequences: int

    def tokens(self, assumed: int, context: int) -> int:
        """Prompts and completions together.

        `assumed`: completion tokens of a choice that states no maximum. `context`: what the model reads and writes for
        one choice at most, whatever number is asked for; 0 when that is not known.
        """
        each = assumed if self.max_tokens is None else self.max_tokens
        total = self.prompt_tokens + each * self.sequences
        return min(total, (context or _MOST) * self.sequences, _MOST)

    def prompts(self, context: int) -> int:
        """The tokens of the prompts alone."""
        return min(self.prompt_tokens, (context or _MOST) * (self.sequences // self.choices), _MOST)


def demand(document: JsonObject, size: int, *, completes: bool) -> Demand:
    """Read it from a request of `size` bytes. Raises RefusedError (400) for numbers that no engine takes."""
    prompts = document.get("prompt", document.get("input"))
    count = len(prompts) if isinstance(prompts, list) and not _are_tokens(prompts) else 1
    if not completes:
        return Demand(_prompt_tokens(document, prompts, size), 0, 1, max(1, count))
    choices = max(_whole(document, "n") or 1, _whole(document, "best_of") or 1)
    most = _whole(document, "max_completion_tokens") or _whole(document, "max_tokens")
    return Demand(_prompt_tokens(document, prompts, size), most, choices, max(1, count) * choices)


def _prompt_tokens(document: JsonObject, prompts: Json, size: int) -> int:
    """Everything in the body is the prompt or short: messages, tools, their calls and schemas."""
    messages = document.get("messages")
    if isinstance(messages, list):
        media, characters = _media(messages)
        return media + (size - characters) // _BYTES_PER_TOKEN + 1
    if isinstance(prompts, list) and prompts:
        if _are_tokens(prompts):
            return len(prompts)
        if all(isinstance(prompt, list) for prompt in prompts):
            return sum(len(prompt) for prompt in prompts if isinstance(prompt, list)) or 1
    return size // _BYTES_PER_TOKEN + 1


def _are_tokens(prompts: list[Json]) -> bool:
    return bool(prompts) and set(map(type, prompts)) == {int}


def _media(messages: list[Json]) -> tuple[int, int]:
    """Tokens of the images and sounds among the messages, and the characters that they are in the body."""
    tokens = characters = 0
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and not isinstance(part.get("text"), str):
                length = _characters(part)
                characters += length
                tokens += min(max(_LEAST_PER_MEDIUM, length // _CHARACTERS_PER_TOKEN_OF_MEDIA), _MOST_PER_MEDIUM)
    return tokens, characters


def _characters(part: JsonObject) -> int:
    """Of the texts in a part of a message; they lie no deeper than one object down."""
    inner = [value for value in part.values() if isinstance(value, dict)]
    return sum(len(text) for values in (part, *inner) for text in values.values() if isinstance(text, str))


def _whole(document: JsonObject, field: str) -> int | None:
    """A whole number of 0 or more; engines read 256.0 as one, too."""
    number = document.get(field)
    if isinstance(number, float) and number.is_integer():
        number = int(number)
    if number is None or (isinstance(number, int) and number >= 0):
        return number
    text = f"The field {field} must be a whole number of 0 or more."
    raise RefusedError(Denial(400, f"invalid_{field}", text))
