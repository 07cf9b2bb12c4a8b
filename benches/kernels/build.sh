#!/bin/bash
# Builds the kernels.
#   build.sh              rebuilds the committed images elf/{rv32,rv64,aarch64}/NAME{,-small}.elf
#   build.sh --check      builds them elsewhere and compares byte by byte (for CI)
#   build.sh --native     builds the host's programs into target/kernels/NAME{,-small} (-O2, never committed)
#   build.sh --sv39       builds images for RV64 that run behind Sv39 into target/kernels/sv39 (never committed)
#   build.sh --checksums  builds those and prints kernels.tsv with the checksums that they compute
# Sizes and checksums are in kernels.tsv, the compiler's flags in guest-tests/programs/runtime/build-lib.sh.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../guest-tests/programs/runtime/build-lib.sh
. "$HERE/../../guest-tests/programs/runtime/build-lib.sh"

NATIVE=${NATIVE:-${CARGO_TARGET_DIR:-$REPOSITORY/target}/kernels}

# The compiler may not replace a kernel's own loops by calls of library functions.
PLAIN=(-fno-builtin -fno-tree-loop-distribute-patterns)

# each FUNCTION: calls it with name, image, scale, checksum and group for every image, small ones included.
each() {
    local name group scale checksum small_scale small_checksum
    while IFS=$'\t' read -r name group scale checksum small_scale small_checksum; do
        case $name in \#* | "") continue ;; esac
        "$1" "$name" "$name" "$scale" "$checksum" "$group"
        "$1" "$name" "$name-small" "$small_scale" "$small_checksum" "$group"
    done <"$HERE/kernels.tsv"
}

build_guests() {
    local into=$1
    guest() {
        for xlen in 32 64; do
            guest_cc "$xlen" "$into/rv$xlen/$2.elf" "${PLAIN[@]}" -DSCALE="$3" -DEXPECT="$4" \
                "$HERE/src/$1.c" "$HERE/src/main.c" "$RUNTIME/crt0.S" "$RUNTIME/memory.c"
        done
        # Those without floating point, and without registers for it.
        if [ "$5" = int ]; then
            aarch64_cc "$into/aarch64/$2.elf" "${PLAIN[@]}" -mgeneral-regs-only -DSCALE="$3" -DEXPECT="$4" \
                "$HERE/src/$1.c" "$HERE/src/main.c" "$RUNTIME/memory.c"
        fi
    }
    each guest
}

build_sv39() {
    guest() {
        guest_cc 64 "$NATIVE/sv39/$2.elf" "${PLAIN[@]}" -DSCALE="$3" -DEXPECT="$4" -Wl,--wrap=main \
            "$HERE/src/$1.c" "$HERE/src/main.c" "$HERE/src/sv39.c" "$RUNTIME/crt0.S" "$RUNTIME/memory.c"
    }
    each guest
}

build_natives() {
    mkdir -p "$NATIVE"
    native() {
        "${CC:-cc}" -O2 -std=gnu11 -Wall -Wextra -ffp-contract=off -fno-math-errno "${PLAIN[@]}" -DNATIVE \
            -DSCALE="$3" -DEXPECT="$4" "$HERE/src/$1.c" "$HERE/src/main.c" -o "$NATIVE/$2"
    }
    each native
}

print_checksums() {
    local line name group scale checksum small_scale small_checksum
    while IFS= read -r line; do
        case $line in
            \#*) echo "$line" ;;
            *)
                IFS=$'\t' read -r name group scale checksum small_scale small_checksum <<<"$line"
                printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$group" "$scale" "$("$NATIVE/$name" x | cut -d' ' -f2)" \
                    "$small_scale" "$("$NATIVE/$name-small" x | cut -d' ' -f2)"
                ;;
        esac
    done <"$HERE/kernels.tsv"
}

case ${1:-} in
    --native) build_natives ;;
    --sv39) build_sv39 ;;
    --checksums)
        build_natives
        print_checksums
        ;;
    *) build_or_check "$HERE/elf" build_guests "${1:-}" ;;
esac
