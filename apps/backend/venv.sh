#!/usr/bin/env bash
# Prints the path of the virtual environment that holds everything in requirements-dev.lock, making it when it is missing.
# It lies in the cache folder under the hash of the lock and the interpreter, so a changed lock makes a new one.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
lock="$here/requirements-dev.lock"
cache="${AI_PLATFORM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ai-platform}"

# The distribution's Python comes first: it is built with optimisation, which self-built ones often are not.
python=""
for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
  if "$candidate" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python="$(command -v "$candidate")"
    break
  fi
done
if [ -z "$python" ]; then
  echo "venv.sh: no Python 3.11 or newer with the venv module was found on this machine." >&2
  echo "  Install one (Debian: apt-get install python3 python3-venv) and run this again." >&2
  exit 1
fi

key="$({ cat "$lock"; "$python" --version; echo "$python"; } | sha256sum | cut -c1-16)"
venv="$cache/python/$key"
if [ ! -e "$venv/.complete" ]; then
  mkdir -p "$cache/python"
  exec 9>"$cache/python/$key.lock"
  flock 9
fi
if [ ! -e "$venv/.complete" ]; then
  started=$SECONDS
  echo "Installing the gateway's Python packages into $venv ..." >&2
  rm -rf "$venv"
  "$python" -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock" >&2
  touch "$venv/.complete"
  echo "Installed in $((SECONDS - started)) s." >&2
fi
echo "$venv"
