#!/bin/bash
# Builds handlers.bin from handlers.S: what lies at the beginning of RAM.
#   build.sh           rebuilds the committed file
#   build.sh --check   builds it elsewhere and compares byte by byte (for CI)

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../../runtime/build-lib.sh
. "$HERE/../../runtime/build-lib.sh"

build() {
    mkdir -p "$1"
    "${CROSS_AARCH64}gcc" -c -march=armv8.2-a "$HERE/handlers.S" -o "$1/handlers.o"
    "${CROSS_AARCH64}objcopy" -O binary --only-section=.text "$1/handlers.o" "$1/handlers.bin"
    rm "$1/handlers.o"
}

build_or_check "$HERE/built" build "${1:-}"
