#!/bin/sh
# Builds the shim and holds it to README.md. Needs a C compiler only.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT
cc -O2 -Wall -Wextra -Werror -shared -fPIC -pthread -o "$out/powercut.so" "$here/powercut.c"
cc -O2 -Wall -Wextra -Werror -pthread -o "$out/selftest" "$here/selftest.c"
"$out/selftest" "$out/powercut.so"
