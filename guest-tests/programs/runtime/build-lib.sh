# Sourced by the build scripts of guest programs (benches/kernels, guest-tests/programs, tools/demo): one compiler, one set of
# flags, so that a rebuild gives the committed bytes again. Packages: gcc-riscv64-unknown-elf, binutils-riscv64-unknown-elf,
# picolibc-riscv64-unknown-elf and gcc-aarch64-linux-gnu.

set -euo pipefail

RUNTIME=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$RUNTIME/../../.." && pwd)
CROSS=${CROSS:-riscv64-unknown-elf-}
CROSS_AARCH64=${CROSS_AARCH64:-aarch64-linux-gnu-}
COMPILER="Debian 12's riscv64-unknown-elf-gcc 12.2.0 with binutils 2.40 and picolibc 1.8"

# Paths, dates and build ids stay out of the images.
export SOURCE_DATE_EPOCH=0 LC_ALL=C TZ=UTC
DETERMINISTIC=("-ffile-prefix-map=$REPOSITORY=." -frandom-seed=emu -Wl,--build-id=none)

# march XLEN: the ISA string and ABI flags. XLEN is 32 or 64.
march() {
    case $1 in
        32) echo "-march=rv32gc -mabi=ilp32d" ;;
        64) echo "-march=rv64gc -mabi=lp64d" ;;
    esac
}

# guest_cc XLEN OUTPUT ARGUMENT...: compiles and links one bare-metal image; ARGUMENTs are sources and further flags.
guest_cc() {
    local xlen=$1 output=$2
    shift 2
    mkdir -p "$(dirname "$output")"
    # shellcheck disable=SC2046 # the flags of march are words
    "${CROSS}gcc" $(march "$xlen") -mcmodel=medany -O2 -std=gnu11 -Wall -Wextra -ffreestanding -ffp-contract=off \
        -fno-math-errno -ffunction-sections -fdata-sections "${DETERMINISTIC[@]}" -I "$RUNTIME" \
        -nostdlib -nostartfiles -static -T "$RUNTIME/link.ld" -Wl,--gc-sections -Wl,-z,max-page-size=16 \
        -Wl,--no-warn-rwx-segments "$@" -lgcc -o "$output"
    strip_image "$output"
}

# aarch64_cc OUTPUT ARGUMENT...: the same for AArch64, with its own start-up code.
aarch64_cc() {
    local output=$1
    shift
    mkdir -p "$(dirname "$output")"
    "${CROSS_AARCH64}gcc" -mcpu=cortex-a53 -O2 -std=gnu11 -Wall -Wextra -ffreestanding -ffp-contract=off -fno-math-errno \
        -fno-pic -no-pie -fno-stack-protector -fno-asynchronous-unwind-tables -mno-outline-atomics \
        -ffunction-sections -fdata-sections "${DETERMINISTIC[@]}" -I "$RUNTIME" \
        -nostdlib -nostartfiles -static -T "$RUNTIME/aarch64/link.ld" -Wl,--gc-sections -Wl,-z,max-page-size=16 \
        -Wl,--no-warn-rwx-segments "$RUNTIME/aarch64/crt0.S" "$@" -lgcc -o "$output"
    "${CROSS_AARCH64}strip" --strip-debug --discard-locals "$output"
}

# picolibc_cc XLEN OUTPUT ARGUMENT...: the same for a hosted C program with Debian's picolibc.
picolibc_cc() {
    local xlen=$1 output=$2
    shift 2
    mkdir -p "$(dirname "$output")"
    # shellcheck disable=SC2046 # the flags of march are words
    "${CROSS}gcc" --specs=picolibc.specs $(march "$xlen") -mcmodel=medany -O2 -std=gnu11 -Wall -Wextra "${DETERMINISTIC[@]}" \
        -I "$RUNTIME" -Wl,-z,max-page-size=16 -Wl,--no-warn-rwx-segments "$@" -o "$output"
    strip_image "$output"
}

# strip_image FILE: no debug information; the symbols that profiles and disassembly show stay.
strip_image() {
    "${CROSS}strip" --strip-debug --discard-locals "$1"
}

# build_or_check COMMITTED FUNCTION [--check]: FUNCTION takes the folder to build into. Everything is built in a fresh folder; then
# that replaces COMMITTED, or with --check is compared with it byte by byte, in both directions.
build_or_check() {
    local committed=$1 build=$2 mode=${3:-}
    FRESH=$(mktemp -d)
    trap 'rm -rf "$FRESH"' EXIT
    case $mode in
        "")
            "$build" "$FRESH/built"
            rm -rf "$committed"
            mv "$FRESH/built" "$committed"
            ;;
        --check)
            "$build" "$FRESH/built"
            if ! diff -rq "$FRESH/built" "$committed"; then
                echo "$committed is not what its sources build. The committed images come from $COMPILER;" \
                    "this is $("${CROSS}gcc" --version | head -n 1). With that compiler, run build.sh and commit what it builds." >&2
                return 1
            fi
            echo "$(find "$committed" -type f | wc -l) files under ${committed#"$REPOSITORY/"} are what their sources build"
            ;;
        *)
            echo "usage: build.sh [--check]" >&2
            return 2
            ;;
    esac
}
