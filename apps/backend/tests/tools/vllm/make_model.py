"""Writes a tiny language model with random weights, the same ones each time: `make_model.py FOLDER`.

It says nothing that makes sense, through every part of vLLM that a large one goes through. Runs in vLLM's environment.
"""

import json
import sys
from pathlib import Path
from typing import Final

import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

_HIDDEN: Final = 64
_INTERMEDIATE: Final = 128
_LAYERS: Final = 2
#: Two heads of 32: vLLM's attention on CPU has no kernel for smaller ones.
_HEADS: Final = 2
_CONTEXT_TOKENS: Final = 8192
_END: Final = "<|end|>"
_TEMPLATE: Final = (
    "{% for tool in tools or [] %}{{ tool | tojson }}\n{% endfor %}"
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}assistant: "
)


def main(folder: Path) -> None:
    folder.mkdir(parents=True)
    vocabulary = _write_tokenizer(folder)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": _HIDDEN,
        "intermediate_size": _INTERMEDIATE,
        "num_hidden_layers": _LAYERS,
        "num_attention_heads": _HEADS,
        "num_key_value_heads": _HEADS,
        "max_position_embeddings": _CONTEXT_TOKENS,
        "vocab_size": vocabulary,
        "eos_token_id": vocabulary - 1,
        "tie_word_embeddings": False,
        "torch_dtype": "float32",
    }
    (folder / "config.json").write_text(json.dumps(config))
    save_file(_weights(vocabulary), folder / "model.safetensors", metadata={"format": "pt"})


def _write_tokenizer(folder: Path) -> int:
    """One token per byte, and the end; their number."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: number for number, letter in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(_END, special=True)])
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": _END, "chat_template": _TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return int(tokenizer.get_vocab_size())


def _weights(vocabulary: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed=1)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return (random.standard_normal((rows, columns)) / columns**0.5).astype(np.float32)

    weights = {
        "model.embed_tokens.weight": matrix(vocabulary, _HIDDEN),
        "model.norm.weight": np.ones(_HIDDEN, np.float32),
        "lm_head.weight": matrix(vocabulary, _HIDDEN),
    }
    for layer in range(_LAYERS):
        prefix = f"model.layers.{layer}"
        weights |= {f"{prefix}.self_attn.{name}_proj.weight": matrix(_HIDDEN, _HIDDEN) for name in "qkvo"}
        weights |= {f"{prefix}.mlp.{name}_proj.weight": matrix(_INTERMEDIATE, _HIDDEN) for name in ("gate", "up")}
        weights[f"{prefix}.mlp.down_proj.weight"] = matrix(_HIDDEN, _INTERMEDIATE)
        for name in ("input_layernorm", "post_attention_layernorm"):
            weights[f"{prefix}.{name}.weight"] = np.ones(_HIDDEN, np.float32)
    return weights


if __name__ == "__main__":
    main(Path(sys.argv[1]))
