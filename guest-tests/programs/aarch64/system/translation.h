// Translation with pages of 2^GRANULE bytes: every fault at every level, rights, address translation instructions, maintenance of
// the TLB. FIRST is the level of the first table for addresses of 48 bits.
#include "observe.h"

    .equ STRIDE, GRANULE - 3
    .equ PAGE, 1 << GRANULE
    // Descriptors: AF, inner shareable, normal memory; EL1 reads and writes.
    .equ RW, 0x700
    .equ USER, 1 << 6
    .equ READ_ONLY, 1 << 7
    .equ NO_AF, 1 << 10
    .equ NG, 1 << 11
    .equ PXN, 1 << 53
    .equ UXN, 1 << 54
    .equ DEVICE, 1 << 2
    // Pages that are tried lie from here on, and what they map.
    .equ TRIED, 0x8000000000
    .equ FRAMES, 0x40400000
    .equ TABLES, 0x40200000

// Maps a page: where, to where, as what; at which level.
.macro MAP va, pa, attributes, level = 3
    ldr x0, =\va
    ldr x1, =(\pa) + (\attributes)
    mov x2, #\level
    bl map
.endm

// Reads, prints what came. After a fault that is 0xdead.
.macro READ va
    ldr x1, =\va
    mov x2, #0xdead
    ldr x2, [x1]
    LINE x2
.endm

.macro WRITE va
    ldr x1, =\va
    mov x2, #0x77
    strb w2, [x1, #8]
    LINE x2
.endm

// Runs the RET that every frame begins with.
.macro RUN va
    ldr x1, =\va
    adr x28, 777f
    mov x2, #1
    blr x1
    mov x28, #0
    LINE x2
777:
.endm

// The same at EL0.
.macro USER_READ va
    ldr x1, =\va
    mov x2, #0xdead
    DROP_TO_EL0
    ldr x2, [x1]
    BACK_TO_EL1
    LINE x2
.endm

.macro USER_WRITE va
    ldr x1, =\va
    DROP_TO_EL0
    strh w1, [x1, #16]
    BACK_TO_EL1
.endm

.macro USER_RUN va
    ldr x1, =\va
    mov x2, #1
    DROP_TO_EL0
    adr x28, 776f
    blr x1
    BACK_TO_EL1
    mov x28, #0
    LINE x2
776:
.endm

// What the four address translations say.
.macro ASK va
    ldr x1, =\va
    at s1e1r, x1
    isb
    mrs x2, par_el1
    SHOW x2
    at s1e1w, x1
    isb
    mrs x2, par_el1
    SHOW x2
    at s1e0r, x1
    isb
    mrs x2, par_el1
    SHOW x2
    at s1e0w, x1
    isb
    mrs x2, par_el1
    LINE x2
.endm

.macro ALL va
    READ \va
    WRITE \va
    RUN \va
    USER_READ \va
    USER_WRITE \va
    USER_RUN \va
    ASK \va
.endm

// A page of the tried, by number, and its frame.
#define VA(n) (TRIED + (n) * PAGE)
#define PA(n) (FRAMES + (n) * PAGE)

main:
    mov x29, x30
    // Frames begin with RET and their number.
    ldr x0, =FRAMES
    mov x1, #0
1:  ldr w2, =0xd65f03c0
    str w2, [x0]
    str w1, [x0, #4]
    add x0, x0, #PAGE
    add x1, x1, #1
    cmp x1, #32
    b.lo 1b
    // Two first tables, and room for more behind them.
    ldr x21, =TABLES
    ldr x22, =TABLES + PAGE
    ldr x23, =TABLES + 2 * PAGE
    ldr x0, =TABLES
1:  stp xzr, xzr, [x0], #16
    ldr x1, =FRAMES
    cmp x0, x1
    b.lo 1b
    mov x20, x21
    // The program: code that both levels run and nobody writes, data that both write; tables for EL1.
    ldr x24, =0x40100000
1:  mov x0, x24
    ldr x3, =RW + USER + READ_ONLY
    ldr x1, =0x40110000
    cmp x24, x1
    b.lo 2f
    ldr x3, =RW + USER
2:  add x1, x24, x3
    mov x2, #3
    bl map
    add x24, x24, #PAGE
    ldr x1, =0x40140000
    cmp x24, x1
    b.lo 1b
    ldr x24, =TABLES
1:  add x1, x24, #RW
    mov x0, x24
    mov x2, #3
    bl map
    add x24, x24, #PAGE
    ldr x1, =FRAMES
    cmp x24, x1
    b.lo 1b

    MAP VA(0), PA(0), RW
    MAP VA(1), PA(1), RW + READ_ONLY
    MAP VA(2), PA(2), RW + USER
    MAP VA(3), PA(3), RW + USER + READ_ONLY
    MAP VA(4), PA(4), RW - NO_AF
    MAP VA(5), PA(5), RW + PXN
    MAP VA(6), PA(6), RW + USER + READ_ONLY + UXN
    MAP VA(7), PA(7), RW + USER + READ_ONLY + PXN
    MAP VA(8), PA(8), RW + READ_ONLY - NO_AF
    MAP VA(9), 0x200000000000, RW
    MAP VA(10), 0x0b000000, RW
    MAP VA(11), PA(11), RW + DEVICE
    MAP VA(12), PA(12), RW - 0x300
    // Blocks.
    MAP 0x9000000000, 0x40000000, RW, 2
#if GRANULE == 12
    MAP 0xa000000000, 0x40000000, RW, 1
#endif

    // On.
    ldr x0, =0x04ff
    msr mair_el1, x0
    ldr x0, =TCR
    msr tcr_el1, x0
    msr ttbr0_el1, x21
    msr ttbr1_el1, x22
    tlbi vmalle1
    dsb sy
    isb
    mrs x0, sctlr_el1
    orr x0, x0, #1
    msr sctlr_el1, x0
    isb

    ALL VA(0)
    ALL VA(1)
    ALL VA(2)
    ALL VA(3)
    ALL VA(4)
    ALL VA(5)
    ALL VA(6)
    ALL VA(7)
    ALL VA(8)
    ALL VA(9)
    READ VA(10)
    ASK VA(10)
    READ VA(11)
    ASK VA(12)
    // As EL0 although at EL1.
    ldr x1, =VA(0)
    ldtr x2, [x1]
    sttr x2, [x1]
    ldr x1, =VA(2)
    ldtr x2, [x1]
    sttrb w2, [x1, #8]
    LINE x2
    ldr x1, =VA(3)
    ldtrsh x2, [x1]
    sttrh w2, [x1, #8]
    LINE x2
    // Translation faults at each level, and outside.
    READ VA(30)
    WRITE VA(30)
    RUN VA(30)
    USER_READ VA(30)
    USER_RUN VA(30)
    ASK VA(30)
    READ 0x8800000000
    READ 0xb000000000
    READ 0x410000000000
    ASK 0x410000000000
    READ 0xc10000000000
    READ 0x0001000000000000
    RUN 0x0001000000000000
    ASK 0x0001000000000000
    READ 0x8000008000000000
    READ 0xffff000000000000
    READ 0xfffe000000000000
    READ 0xffff800000000000
    USER_WRITE 0xffff800000000000
    ASK 0xffff800000000000
    // Blocks.
    READ 0x9000100000
    ASK 0x90001ff000
#if GRANULE == 12
    READ 0xa000100000
    ASK 0xa0001ff000
#endif
    // An access over a page's end: into one that faults.
    ldr x1, =VA(4) - 4
    ldr x2, [x1]
    str x2, [x1]
    ldr x1, =VA(3) - 4
    ldr x2, [x1]
    LINE x2

    // An entry is changed: the TLB is told by address, by address for all, altogether.
    ldr x0, =VA(16)
    ldr x1, =PA(16) + RW
    mov x2, #3
    bl map
    READ VA(16)
    MAP VA(16), PA(17), RW
    ldr x1, =VA(16) >> 12
    tlbi vae1, x1
    dsb sy
    isb
    READ VA(16)
    MAP VA(16), PA(18), RW
    ldr x1, =VA(16) >> 12
    tlbi vaae1is, x1
    dsb sy
    isb
    READ VA(16)
    MAP VA(16), PA(19), RW
    tlbi vmalle1is
    dsb sy
    isb
    READ VA(16)
    MAP VA(16), PA(20), RW
    ldr x1, =VA(16) >> 12
    tlbi vale1, x1
    dsb sy
    isb
    READ VA(16)
    // Rights that are taken away.
    WRITE VA(16)
    MAP VA(16), PA(20), RW + READ_ONLY
    ldr x1, =VA(16) >> 12
    tlbi vaale1, x1
    dsb sy
    isb
    WRITE VA(16)
    // The instruction that runs changes with its page.
    RUN VA(16)
    MAP VA(16), PA(21), RW + PXN
    tlbi vmalle1
    dsb sy
    isb
    RUN VA(16)

    // Address spaces: the other half's first table becomes that of this half, with other pages.
    mov x20, x22
    ldr x24, =0x40100000
1:  mov x0, x24
    ldr x3, =RW + USER + READ_ONLY
    ldr x1, =0x40110000
    cmp x24, x1
    b.lo 2f
    ldr x3, =RW + USER
2:  add x1, x24, x3
    mov x2, #3
    bl map
    add x24, x24, #PAGE
    ldr x1, =0x40140000
    cmp x24, x1
    b.lo 1b
    ldr x24, =TABLES
1:  add x1, x24, #RW
    mov x0, x24
    mov x2, #3
    bl map
    add x24, x24, #PAGE
    ldr x1, =FRAMES
    cmp x24, x1
    b.lo 1b
    MAP VA(16), PA(22), RW + NG
    mov x20, x21
    MAP VA(16), PA(23), RW + NG
    ldr x0, =1 << 48
    orr x0, x0, x21
    ldr x1, =2 << 48
    orr x1, x1, x22
    msr ttbr0_el1, x0
    tlbi vmalle1
    dsb sy
    isb
    READ VA(16)
    ldr x1, =2 << 48
    orr x1, x1, x22
    msr ttbr0_el1, x1
    isb
    READ VA(16)
    ldr x0, =1 << 48
    orr x0, x0, x21
    msr ttbr0_el1, x0
    isb
    READ VA(16)
    MAP VA(16), PA(24), RW + NG
    ldr x1, =1 << 48
    tlbi aside1, x1
    dsb sy
    isb
    READ VA(16)

    // Tags.
    mrs x0, tcr_el1
    orr x0, x0, #1 << 37
    msr tcr_el1, x0
    isb
    READ (VA(1) | 0x5a00000000000000)
    WRITE (VA(1) | 0x5a00000000000000)
    READ (VA(30) | 0x7f00000000000000)
    ldr x1, =VA(2) | 0x3300000000000000
    ldr x2, [x1]
    MAP VA(2), PA(25), RW
    ldr x1, =VA(2) >> 12
    tlbi vae1, x1
    dsb sy
    isb
    READ (VA(2) | 0x3300000000000000)

    // What is writable is not executable.
    mrs x0, sctlr_el1
    ldr x1, =1 << 19
    orr x0, x0, x1
    msr sctlr_el1, x0
    tlbi vmalle1
    dsb sy
    isb
    RUN VA(0)
    RUN VA(1)
    mrs x0, sctlr_el1
    ldr x1, =1 << 19
    bic x0, x0, x1
    msr sctlr_el1, x0
    tlbi vmalle1
    dsb sy
    isb

    // Rights in tables: the table of the last level but one that the tried pages use.
    ldr x0, =VA(0)
    mov x2, #2
    bl entry
    mov x24, x0
    ldr x25, [x24]
    mov x3, #61
1:  mov x4, #1
    lsl x4, x4, x3
    orr x4, x4, x25
    str x4, [x24]
    tlbi vmalle1
    dsb sy
    isb
    LINE x4
    sub x3, x3, #1
    ldr x0, =kept
    str x3, [x0]
    READ VA(3)
    RUN VA(3)
    USER_READ VA(3)
    USER_RUN VA(3)
    WRITE VA(0)
    ldr x0, =kept
    ldr x3, [x0]
    cmp x3, #58
    b.hi 1b
    mov x4, #1
    lsl x4, x4, #62
    orr x4, x4, x25
    str x4, [x24]
    tlbi vmalle1
    dsb sy
    isb
    READ VA(0)
    WRITE VA(0)
    // A table where nothing is, and one that is too far away.
    ldr x4, =0x0b000003
    str x4, [x24]
    tlbi vmalle1
    dsb sy
    isb
    READ VA(0)
    RUN VA(0)
    ASK VA(0)
    ldr x4, =0x200000000003
    str x4, [x24]
    tlbi vmalle1
    dsb sy
    isb
    READ VA(0)
    ASK VA(0)
    str x25, [x24]

    // No walks in this half at all; then off again.
    mrs x0, sctlr_el1
    bic x0, x0, #1
    msr sctlr_el1, x0
    isb
    READ 0x40400000
    ret x29

// Maps x0 to what x1 says, at level x2; x20 is the first table, x23 the next free one.
map:
    mov x3, #FIRST
    mov x4, x20
1:  mov x5, #3
    sub x5, x5, x3
    mov x6, #STRIDE
    mul x5, x5, x6
    add x5, x5, #GRANULE
    lsr x6, x0, x5
    and x6, x6, #(1 << STRIDE) - 1
    add x6, x4, x6, lsl #3
    cmp x3, x2
    b.eq 3f
    ldr x4, [x6]
    cbnz x4, 2f
    add x4, x23, #3
    str x4, [x6]
    add x23, x23, #PAGE
2:  and x4, x4, #~(PAGE - 1)
    and x4, x4, #0xffffffffffff
    add x3, x3, #1
    b 1b
3:  add x1, x1, #1
    cmp x2, #3
    b.ne 4f
    add x1, x1, #2
4:  str x1, [x6]
    dsb sy
    ret

// x0: the entry of level x2 for the address x0.
entry:
    mov x3, #FIRST
    mov x4, x20
1:  mov x5, #3
    sub x5, x5, x3
    mov x6, #STRIDE
    mul x5, x5, x6
    add x5, x5, #GRANULE
    lsr x6, x0, x5
    and x6, x6, #(1 << STRIDE) - 1
    add x6, x4, x6, lsl #3
    cmp x3, x2
    b.eq 2f
    ldr x4, [x6]
    and x4, x4, #~(PAGE - 1)
    and x4, x4, #0xffffffffffff
    add x3, x3, #1
    b 1b
2:  mov x0, x6
    ret

    .data
    .balign 8
kept: .quad 0
