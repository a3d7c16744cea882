#!/usr/bin/env bash
# Writes the lock files from pyproject.toml: requirements.lock (the image) and requirements-dev.lock (the image plus the tests);
# and from tests/tools/vllm that of the engine on CPU. Give --upgrade to move to the newest versions that they allow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/python" -m pip install --quiet --disable-pip-version-check uv==0.13.8

compile() {
  "$tools/bin/uv" pip compile --quiet --python-version 3.11 --universal --generate-hashes \
    --custom-compile-command ./lock.sh "$@"
}
compile pyproject.toml --output-file requirements.lock "${@}"
compile pyproject.toml --output-file requirements-dev.lock --group dev --constraint requirements.lock "${@}"

engine=tests/tools/vllm/requirements
compile "$engine.in" --override "$engine.in" --output-file "$engine.lock" "${@}"
