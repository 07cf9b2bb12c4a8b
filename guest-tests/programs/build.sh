#!/bin/bash
# Builds the self-checking guest programs, riscv/NAME.{S,c} into elf/rv{32,64}/NAME.elf.
#   build.sh           rebuilds the committed images
#   build.sh --check   builds them elsewhere and compares byte by byte (for CI)
# What each is and how it ends is in programs.toml.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=runtime/build-lib.sh
. "$HERE/runtime/build-lib.sh"

build() {
    local into=$1 source name xlen
    for source in "$HERE"/riscv/*.[Sc]; do
        name=$(basename "${source%.*}")
        for xlen in 32 64; do
            case $name in
                picolibc-semihosting)
                    # picolibc's own start-up code, linker script and semihosting; RAM as the boards have it.
                    picolibc_cc "$xlen" "$into/rv$xlen/$name.elf" --oslib=semihost --crt0=hosted \
                        -Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=0x200000 \
                        -Wl,--defsym=__ram=0x80200000,--defsym=__ram_size=0x200000 "$source"
                    ;;
                picolibc-uart)
                    picolibc_cc "$xlen" "$into/rv$xlen/$name.elf" -nostartfiles -T "$RUNTIME/link.ld" \
                        "$source" "$RUNTIME/crt0.S" "$RUNTIME/uart.c"
                    ;;
                jump-misaligned)
                    guest_cc "$xlen" "$into/rv$xlen/$name.elf" -fno-strict-aliasing "-march=rv${xlen}imafd_zicsr_zifencei" \
                        "$source" "$RUNTIME"/{crt0.S,probe.S,uart.c,memory.c}
                    ;;
                *)
                    guest_cc "$xlen" "$into/rv$xlen/$name.elf" -fno-strict-aliasing \
                        "$source" "$RUNTIME"/{crt0.S,probe.S,uart.c,memory.c}
                    ;;
            esac
        done
    done
}

build_or_check "$HERE/elf" build "${1:-}"
