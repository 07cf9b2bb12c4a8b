// What a Linux kernel's Image finds when it starts (Documentation/arm64/booting.rst): where it is, what registers and memory hold.
// This is such an image: its header comes first.
    .globl _start
_start:
    b start
    .word 0
    .quad 0x80000               // text_offset
    .quad image_end - _start    // image_size
    .quad 2                     // flags: little-endian, pages of 4 KiB, near the start of memory
    .quad 0, 0, 0
    .ascii "ARMd"
    .word 0
start:
    // Before the stack is there; all of these are shown below.
    mov x19, x0
    mov x20, x1
    mov x21, x2
    mov x22, x3
    adr x23, _start
    b observe

#define EMBEDDED
#include "observe.h"

observe:
    adr x0, stack_end
    mov sp, x0
    adr x0, vectors
    msr vbar_el1, x0
    mov x28, #0
    // Where it is, from a multiple of 2 MiB on.
    and x0, x23, #0x1fffff
    LINE x0
    // The device tree: its magic, and whether it is aligned to 8 bytes and begins outside of this image.
    ldr w0, [x19]
    LINE x0
    and x0, x19, #7
    LINE x0
    adr x1, image_end
    cmp x19, x23
    ccmp x19, x1, #2, hs
    cset x0, hs
    LINE x0
    // The others are reserved, and zero.
    LINE x20
    LINE x21
    LINE x22
    // EL1, all masked, no translation, no caches.
    mrs x0, currentel
    LINE x0
    mrs x0, daif
    LINE x0
    mrs x1, sctlr_el1
    ldr x0, =0x1005
    and x0, x0, x1
    LINE x0
    // What the image needs beyond its file is there.
    adr x1, image_end
    sub x1, x1, #8
    mov x0, #0x5a
    str x0, [x1]
    ldr x0, [x1]
    LINE x0
    ldr x1, =finished
    mov w0, #0x18               // SYS_EXIT
    hlt #0xf000
    b .

    .bss
    .skip 0x10000
image_end:
