#!/usr/bin/env bash
# Prints the path of the virtual environment that holds everything in a lock file, making it when it is missing:
#   venv.sh [LOCK [MB]]    requirements-dev.lock unless another one is given; MB are needed on the disk to make it
# It lies in the cache folder under the hash of the lock and the interpreter, so a changed lock makes a new one.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
lock="${1:-$here/requirements-dev.lock}"
needed_mb="${2:-500}"
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

check_space() {
  local free_mb
  free_mb="$(df -Pm "$cache" | awk 'NR == 2 { print $4 }')"
  [ "$free_mb" -lt "$needed_mb" ] || return 0
  echo "venv.sh: $cache has $free_mb MB free, but installing ${lock#"$here/"} takes $needed_mb MB." >&2
  echo "  Make room, or name a folder on another disk in AI_PLATFORM_CACHE." >&2
  exit 1
}

# Says every five seconds how far it is: the largest of these environments takes minutes, and more than a small /tmp has.
# The lock is complete, so pip need not look at what packages ask for.
install_packages() {
  mkdir "$venv/tmp"
  TMPDIR="$venv/tmp" "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement "$lock" >&2 &
  local pip=$!
  trap 'kill "$pip" 2>/dev/null' EXIT
  while kill -0 "$pip" 2>/dev/null; do
    sleep 1
    if [ $(((SECONDS - started) % 5)) -eq 0 ]; then
      echo "… $((SECONDS - started)) s, $(du -sm "$venv" | cut -f1) MB" >&2
    fi
  done
  trap - EXIT
  wait "$pip"
  rm -rf "$venv/tmp"
}

key="$({ cat "$lock"; "$python" --version; echo "$python"; } | sha256sum | cut -c1-16)"
venv="$cache/python/$key"
if [ ! -e "$venv/.complete" ]; then
  mkdir -p "$cache/python"
  exec 9>"$cache/python/$key.lock"
  flock 9
fi
if [ ! -e "$venv/.complete" ]; then
  check_space
  started=$SECONDS
  echo "Installing ${lock#"$here/"} into $venv ..." >&2
  rm -rf "$venv"
  "$python" -m venv "$venv" >&2
  install_packages
  touch "$venv/.complete"
  echo "Installed in $((SECONDS - started)) s." >&2
fi
echo "$venv"
