#!/usr/bin/env bash
# Measures the gateway beside nginx, a bare pass-through and LiteLLM. Figures go to standard output as JSON lines, progress
# to standard error. Needs a machine with nothing else to do: with 2 cores, one is the gateway's and one is everybody else's.
# `bench.sh --soak MINUTES` watches the gateway's memory instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

venv="$(./venv.sh)"
PYTHONPATH=src:tests:bench exec "$venv/bin/python" bench "$@"
