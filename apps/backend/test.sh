#!/usr/bin/env bash
# Everything the gateway's tests need and then the tests: packages, format, lint, types, pytest. Arguments go to pytest.
# Most tests wait for servers most of the time, so two at a time run for each core; `-n 0` runs one after the other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

venv="$(./venv.sh)"
"$venv/bin/ruff" format --check --quiet .
"$venv/bin/ruff" check --quiet .
"$venv/bin/mypy" --no-error-summary
"$venv/bin/python" -m pytest -q --numprocesses "$(($(nproc) * 2))" --dist load "$@"
