#!/bin/bash
# Builds the example program, as it is committed (elf/words.elf) and with a change that makes it slower (slower/words.elf).
#   build.sh           rebuilds the committed images
#   build.sh --check   builds them elsewhere and compares byte by byte (for CI)

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../programs/runtime/build-lib.sh
. "$HERE/../programs/runtime/build-lib.sh"

build() {
    guest_cc 32 "$1/now/words.elf" "$HERE/src/words.c" "$RUNTIME"/{crt0.S,uart.c,memory.c}
    guest_cc 32 "$1/slower/words.elf" -DSLOWER "$HERE/src/words.c" "$RUNTIME"/{crt0.S,uart.c,memory.c}
}

build_or_check "$HERE/elf" build "${1:-}"
