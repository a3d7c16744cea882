#!/usr/bin/env bash
# Tests the gateway in front of a real vLLM on CPU. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

venv="$(./venv.sh)"
tests/tools/vllm/install.sh >/dev/null # pytest would hide its progress
"$venv/bin/python" -m pytest -v tests/engine "$@"
