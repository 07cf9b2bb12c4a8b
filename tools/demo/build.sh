#!/bin/bash
# Builds the programs of `emu demo`, src/NAME.c into elf/{rv32,rv64,aarch64}/NAME.elf; src/aarch64/NAME.c is another one for AArch64.
#   build.sh           rebuilds the committed images
#   build.sh --check   builds them elsewhere and compares byte by byte (for CI)

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../guest-tests/programs/runtime/build-lib.sh
. "$HERE/../../guest-tests/programs/runtime/build-lib.sh"

build() {
    local into=$1 source own xlen
    for source in "$HERE"/src/*.c; do
        for xlen in 32 64; do
            guest_cc "$xlen" "$into/rv$xlen/$(basename "${source%.c}").elf" -I "$REPOSITORY/benches/kernels/src" \
                "$source" "$RUNTIME"/{crt0.S,uart.c,memory.c}
        done
        own=$HERE/src/aarch64/$(basename "$source")
        [ -e "$own" ] || own=$source
        general=()
        # Handlers save no other registers.
        [ "$(basename "$source")" = mandelbrot.c ] || general=(-mgeneral-regs-only)
        aarch64_cc "$into/aarch64/$(basename "${source%.c}").elf" "${general[@]}" -I "$REPOSITORY/benches/kernels/src" \
            "$own" "$RUNTIME/aarch64/retired.c" "$RUNTIME"/{uart.c,memory.c}
    done
}

build_or_check "$HERE/elf" build "${1:-}"
