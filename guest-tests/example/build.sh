#!/bin/bash
# Builds the examples: words.c as it is, with a change that makes it slower, and with debug information; roi.c.
#   build.sh           rebuilds the committed images
#   build.sh --check   builds them elsewhere and compares byte by byte (for CI)

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../programs/runtime/build-lib.sh
. "$HERE/../programs/runtime/build-lib.sh"

build() {
    guest_cc 32 "$1/now/words.elf" "$HERE/src/words.c" "$RUNTIME"/{crt0.S,uart.c,memory.c}
    guest_cc 32 "$1/slower/words.elf" -DSLOWER "$HERE/src/words.c" "$RUNTIME"/{crt0.S,uart.c,memory.c}
    guest_cc 64 "$1/now/roi.elf" -I "$HERE/../roi/include" "$HERE/src/roi.c" "$RUNTIME"/{crt0.S,uart.c,memory.c}
    aarch64_cc "$1/now/roi-aarch64.elf" -I "$HERE/../roi/include" "$HERE/src/roi.c" "$RUNTIME"/{uart.c,memory.c}
    # With its debug information, for what shows source lines.
    (
        # The compiler's temporary file names are other ones each time.
        strip_image() { "${CROSS}objcopy" --wildcard --strip-symbol='cc??????.o' "$1"; }
        # It names the folder that the compiler ran in.
        cd "$REPOSITORY"
        guest_cc 32 "$1/debug/words.elf" -g "-Wa,--debug-prefix-map=$REPOSITORY=." "$HERE/src/words.c" "$RUNTIME"/{crt0.S,uart.c,memory.c}
    )
}

build_or_check "$HERE/elf" build "${1:-}"
