#!/bin/bash
# Builds the programs of `emu demo`, src/NAME.c into elf/rv{32,64}/NAME.elf.
#   build.sh           rebuilds the committed images
#   build.sh --check   builds them elsewhere and compares byte by byte (for CI)

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../guest-tests/programs/runtime/build-lib.sh
. "$HERE/../../guest-tests/programs/runtime/build-lib.sh"

build() {
    local into=$1 source xlen
    for source in "$HERE"/src/*.c; do
        for xlen in 32 64; do
            guest_cc "$xlen" "$into/rv$xlen/$(basename "${source%.c}").elf" -I "$REPOSITORY/benches/kernels/src" \
                "$source" "$RUNTIME"/{crt0.S,uart.c,memory.c}
        done
    done
}

build_or_check "$HERE/elf" build "${1:-}"
