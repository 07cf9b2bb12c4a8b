// Breakpoints, watchpoints and software step, as a kernel uses them on programs and on itself.
#include "observe.h"

// Control registers: enabled, all bytes, for EL0 or EL1.
#define BREAK_EL0 0x1e5
#define BREAK_EL1 0x1e3
#define LOADS 0x008
#define STORES 0x010
#define ALL_BYTES 0x1fe0
#define WATCH_EL0 0x005
#define WATCH_EL1 0x003

// MDSCR_EL1.
#define SS 1
#define KDE 1 << 13
#define MDE 1 << 15

.macro DEBUG bits
    ldr x0, =\bits
    msr mdscr_el1, x0
    isb
.endm

.macro BREAK n, at, control
    adr x0, \at
    msr dbgbvr\n\()_el1, x0
    ldr x0, =\control
    msr dbgbcr\n\()_el1, x0
    isb
.endm

.macro WATCH n, offset, control
    ldr x0, =watched + \offset
    msr dbgwvr\n\()_el1, x0
    ldr x0, =\control
    msr dbgwcr\n\()_el1, x0
    isb
.endm

// Goes to EL0 at the next instruction with these bits of PSTATE beside the masks.
.macro STEP bits
    mov x0, sp
    msr sp_el0, x0
    ldr x0, =0x3c0 + \bits
    msr spsr_el1, x0
    adr x0, 777f
    msr elr_el1, x0
    eret
777:
.endm

#define PSTATE_SS 0x200000

main:
    mov x29, x30
    msr oslar_el1, xzr
    isb
    mrs x0, id_aa64dfr0_el1
    ldr x1, =0xf0f0f00f
    and x0, x0, x1
    LINE x0
    mov x0, #-1
    msr dbgwvr0_el1, x0
    mrs x0, dbgwvr0_el1
    LINE x0

    // Breakpoints at EL0.
    DEBUG MDE
    BREAK 0, 1f, BREAK_EL0
    DROP_TO_EL0
    mov x5, #1
1:  mov x5, #2
    LINE x5
    BREAK 5, 1f, BREAK_EL0
    DROP_TO_EL0
    b 1f
    nop
1:  nop
    // For EL1 only, or not enabled, or masked as a whole: nothing.
    BREAK 0, 1f, BREAK_EL1
    BREAK 5, 1f, 0x1e4
    DROP_TO_EL0
    nop
1:  svc #1
    BREAK 0, 1f, BREAK_EL0
    DEBUG 0
    DROP_TO_EL0
    nop
1:  svc #2
    DEBUG MDE
    // The address of another instruction.
    BREAK 0, 1f, BREAK_EL0
    DROP_TO_EL0
    nop
    svc #3
1:  // Linked to a context.
    mov x0, #0x1234
    msr contextidr_el1, x0
    msr dbgbvr4_el1, x0
    ldr x0, =0x3001e7
    msr dbgbcr4_el1, x0
    BREAK 0, 1f, BREAK_EL0 | 1 << 20 | 4 << 16
    DROP_TO_EL0
    nop
1:  nop
    mov x0, #0x1235
    msr contextidr_el1, x0
    BREAK 0, 1f, BREAK_EL0 | 1 << 20 | 4 << 16
    DROP_TO_EL0
    nop
1:  svc #4
    // Linked to one that knows no contexts.
    BREAK 0, 1f, BREAK_EL0 | 1 << 20 | 1 << 16
    DROP_TO_EL0
    nop
1:  svc #5
    msr dbgbcr4_el1, xzr

    // At EL1: with KDE, and PSTATE.D clear.
    DEBUG MDE
    BREAK 0, 1f, BREAK_EL1
    msr daifclr, #8
    nop
1:  nop
    DEBUG MDE | KDE
    msr daifset, #8
    BREAK 0, 1f, BREAK_EL1
    nop
1:  nop
    BREAK 0, 1f, BREAK_EL1
    msr daifclr, #8
    nop
1:  nop
    // In a loop that has run before without.
    msr dbgbcr0_el1, xzr
    mov x20, #0
    mov x21, #2000
2:  add x20, x20, #1
1:  add x20, x20, #1
    subs x21, x21, #1
    b.ne 2b
    LINE x20
    cbnz x22, 3f
    BREAK 0, 1b, BREAK_EL1
    mov x22, #1
    mov x20, #0
    mov x21, #3
    b 2b
3:  msr dbgbcr0_el1, xzr

    // Watchpoints at EL1.
    ldr x20, =watched
    str xzr, [x20]
    WATCH 0, 0, WATCH_EL1 | LOADS | STORES | ALL_BYTES
    ldr x1, [x20]
    str x1, [x20]
    ldrb w1, [x20, #7]
    strh w1, [x20, #6]
    ldrb w1, [x20, #8]
    str x1, [x20, #8]
    stur x1, [x20, #-4]
    ldur w1, [x20, #-3]
    ldp x1, x2, [x20, #-8]
    ldp x1, x2, [x20, #-16]
    ldxr x1, [x20]
    ldtr x1, [x20]
    msr daifset, #8
    ldr x1, [x20]
    str x1, [x20]
    msr daifclr, #8
    str x1, [x20]
    // One kind only.
    WATCH 0, 0, WATCH_EL1 | LOADS | ALL_BYTES
    ldr x1, [x20]
    str x1, [x20]
    WATCH 0, 0, WATCH_EL1 | STORES | ALL_BYTES
    ldr x1, [x20]
    str x1, [x20]
    // Some bytes only.
    WATCH 0, 0, WATCH_EL1 | LOADS | 0x0c << 5
    ldrb w1, [x20, #1]
    ldrb w1, [x20, #2]
    ldrh w1, [x20, #2]
    ldrb w1, [x20, #4]
    ldr w1, [x20]
    // A word.
    WATCH 3, 4, WATCH_EL1 | LOADS | 0x0f << 5
    msr dbgwcr0_el1, xzr
    ldr w1, [x20]
    ldr w1, [x20, #4]
    ldr w1, [x20, #8]
    ldr x1, [x20]
    // A stretch of 64 bytes.
    WATCH 3, 0, 6 << 24 | WATCH_EL1 | LOADS | ALL_BYTES
    ldrb w1, [x20, #-1]
    ldrb w1, [x20]
    ldr x1, [x20, #56]
    ldr x1, [x20, #64]
    ldr w1, [x20, #60]
    msr dbgwcr3_el1, xzr
    // Of EL0, which LDTR and STTR stand for.
    WATCH 1, 0, WATCH_EL0 | LOADS | STORES | ALL_BYTES
    ldr x1, [x20]
    ldtr x1, [x20]
    sttr x1, [x20]
    msr daifset, #15
    DEBUG MDE
    DROP_TO_EL0
    ldr x1, [x20]
    DROP_TO_EL0
    strb w1, [x20, #3]
    DROP_TO_EL0
    ldr x1, [x20, #8]
    svc #6
    // What may not be read at all comes first.
    ldr x0, =0x0001000000000000
    msr dbgwvr1_el1, x0
    isb
    DROP_TO_EL0
    ldr x1, =0x0001000000000000
    ldr x1, [x1]
    msr dbgwcr1_el1, xzr

    // Step at EL0.
    DEBUG SS
    STEP PSTATE_SS
    nop
    nop
    STEP 0
    nop
    STEP PSTATE_SS
    b 1f
    nop
1:  nop
    STEP PSTATE_SS
    ldxr x1, [x20]
    nop
    STEP PSTATE_SS
    ldaxp x1, x2, [x20]
    nop
    STEP PSTATE_SS
    svc #7
    STEP PSTATE_SS
    brk #8
    STEP PSTATE_SS
    .word 0
    ldr x2, =0x0b000000
    STEP PSTATE_SS
    ldr x1, [x2]
    STEP PSTATE_SS
    mrs x1, ctr_el0
    nop
    // With a breakpoint where it goes: the step comes first, and the breakpoint before the next instruction.
    DEBUG SS | MDE
    BREAK 0, 1f, BREAK_EL0
    STEP PSTATE_SS
    nop
1:  nop
    adr x28, 2f
    STEP PSTATE_SS
    b 1b
2:  msr dbgbcr0_el1, xzr
    // At EL1, from where it is masked to where it is not.
    ldr x0, =also_masked
    mov x1, #0x200
    str x1, [x0]
    DEBUG SS | KDE
    ldr x0, =0x2001c5
    msr spsr_el1, x0
    adr x0, 1f
    msr elr_el1, x0
    eret
1:  nop
    nop
    // By clearing the mask.
    msr daifclr, #8
    nop
    DEBUG 0
    ret x29

    .pool
    .data
    .balign 256
    .skip 128
watched:
    .skip 256
