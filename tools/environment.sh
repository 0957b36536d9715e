#!/bin/sh
# Makes .venv and installs the pinned requirements into it; does nothing when that was done before.
# Usage: tools/environment.sh requirements.txt
set -eu
cd "$(dirname "$0")/.."
wanted=$1
venv=.venv
# A copy of what was installed: equal files mean that there is nothing to do, so a second start takes no time.
stamp="$venv/installed-$wanted"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in python3 python3.11 python3.12 python3.13 python3.14 python; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "Prompt Studio needs Python 3.11 or newer, and none was found on the path. Install it and try again."
    exit 69
}

make_venv() {
    python=$(find_python)
    say "Making a virtual environment in $venv …"
    if ! output=$("$python" -m venv --clear "$venv" 2>&1); then
        rm -rf "$venv"
        say "$output"
        say "Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv. Then try again."
        exit 69
    fi
}

"$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || make_venv
cmp -s "$wanted" "$stamp" && exit 0

say "Installing what the studio needs (once, about a minute) …"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --only-binary :all: -r "$wanted"; then
    say "The installation stopped; nothing was started. The lines above say why. Mend that and try again."
    exit 69
fi
cp "$wanted" "$stamp"
