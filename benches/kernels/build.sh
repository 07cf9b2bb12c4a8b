#!/bin/bash
# Builds the kernels.
#   build.sh              rebuilds the committed images elf/{rv32,rv64,aarch64,aarch64-o3}/NAME{,-small}.elf
#   build.sh --check      builds them elsewhere and compares byte by byte (for CI)
#   build.sh --native     builds the host's programs into target/kernels/native{,-o3}/NAME{,-small} (never committed)
#   build.sh --paged      builds images for RV64 and AArch64 that run behind page tables into target/kernels/paged (never committed)
#   build.sh --checksums  builds those and prints kernels.tsv with the checksums that they compute
# Sizes and checksums are in kernels.tsv, the compiler's flags in guest-tests/programs/runtime/build-lib.sh.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../guest-tests/programs/runtime/build-lib.sh
. "$HERE/../../guest-tests/programs/runtime/build-lib.sh"

NATIVE=${NATIVE:-${CARGO_TARGET_DIR:-$REPOSITORY/target}/kernels}

# The compiler may not replace a kernel's own loops by calls of library functions.
PLAIN=(-fno-builtin -fno-tree-loop-distribute-patterns)

# each FUNCTION: calls it with name, image, scale and checksum for every image, small ones included, and with `o3` behind that if
# there is one with -O3 too.
each() {
    local name group scale checksum small_scale small_checksum o3
    while IFS=$'\t' read -r name group scale checksum small_scale small_checksum o3; do
        case $name in \#* | "") continue ;; esac
        "$1" "$name" "$name" "$scale" "$checksum" "$o3"
        "$1" "$name" "$name-small" "$small_scale" "$small_checksum" "$o3"
    done <"$HERE/kernels.tsv"
}

build_guests() {
    local into=$1
    guest() {
        local work=("${PLAIN[@]}" -DSCALE="$3" -DEXPECT="$4" "$HERE/src/$1.c" "$HERE/src/main.c" "$RUNTIME/memory.c")
        for xlen in 32 64; do
            guest_cc "$xlen" "$into/rv$xlen/$2.elf" "${work[@]}" "$RUNTIME/crt0.S"
        done
        aarch64_cc "$into/aarch64/$2.elf" "${work[@]}"
        if [ "$5" = o3 ]; then
            aarch64_cc "$into/aarch64-o3/$2.elf" -O3 "${work[@]}"
        fi
    }
    each guest
}

build_paged() {
    guest() {
        local work=("${PLAIN[@]}" -DSCALE="$3" -DEXPECT="$4" -Wl,--wrap=main "$HERE/src/$1.c" "$HERE/src/main.c" "$RUNTIME/memory.c")
        guest_cc 64 "$NATIVE/paged/rv64/$2.elf" "${work[@]}" "$HERE/src/paged/rv64.c" "$RUNTIME/crt0.S"
        aarch64_cc "$NATIVE/paged/aarch64/$2.elf" "${work[@]}" "$HERE/src/paged/aarch64.c"
    }
    each guest
}

build_natives() {
    mkdir -p "$NATIVE/native" "$NATIVE/native-o3"
    native_cc() {
        local output=$1
        shift
        "${CC:-cc}" -O2 -std=gnu11 -Wall -Wextra -ffp-contract=off -fno-math-errno "${PLAIN[@]}" -DNATIVE "$@" -o "$output"
    }
    native() {
        local work=(-DSCALE="$3" -DEXPECT="$4" "$HERE/src/$1.c" "$HERE/src/main.c")
        native_cc "$NATIVE/native/$2" "${work[@]}"
        if [ "$5" = o3 ]; then
            native_cc "$NATIVE/native-o3/$2" -O3 "${work[@]}"
        fi
    }
    each native
}

print_checksums() {
    local line name group scale checksum small_scale small_checksum o3
    while IFS= read -r line; do
        case $line in
            \#*) echo "$line" ;;
            *)
                IFS=$'\t' read -r name group scale checksum small_scale small_checksum o3 <<<"$line"
                printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$name" "$group" "$scale" "$("$NATIVE/native/$name" x | cut -d' ' -f2)" \
                    "$small_scale" "$("$NATIVE/native/$name-small" x | cut -d' ' -f2)" "$o3"
                ;;
        esac
    done <"$HERE/kernels.tsv"
}

case ${1:-} in
    --native) build_natives ;;
    --paged) build_paged ;;
    --checksums)
        build_natives
        print_checksums
        ;;
    *) build_or_check "$HERE/elf" build_guests "${1:-}" ;;
esac
