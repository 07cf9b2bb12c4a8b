// The performance monitors: exact counts of instructions, filters by level, overflow and its interrupt.
#define INTERRUPTS
#include "observe.h"

// Counter 0 at both levels, counter 1 at EL0 only, counter 2 at EL1 only; all of instructions retired.
main:
    mov x29, x30
    mov x0, #0x08
    msr pmevtyper0_el0, x0
    mov x1, #1 << 31
    orr x1, x1, x0
    msr pmevtyper1_el0, x1
    mov x1, #1 << 30
    orr x1, x1, x0
    msr pmevtyper2_el0, x1
    mov x0, #7
    msr pmcntenset_el0, x0
    mov x0, #7                  // E, P, C
    msr pmcr_el0, x0
    isb
    // Two readings in a row, and with others between them.
    mrs x1, pmevcntr0_el0
    mrs x2, pmevcntr0_el0
    sub x2, x2, x1
    LINE x2
    mrs x1, pmevcntr0_el0
    nop
    add x3, x1, x1
    ldr x4, [sp]
    mrs x2, pmevcntr0_el0
    sub x2, x2, x1
    LINE x2
    // A loop: two a turn.
    mov x3, #1000
    mrs x1, pmevcntr0_el0
1:  subs x3, x3, #1
    b.ne 1b
    mrs x2, pmevcntr0_el0
    sub x2, x2, x1
    LINE x2
    // What a counter does not count.
    mrs x1, pmevcntr1_el0
    LINE x1
    // At EL0: what 100 turns more make. (Whether SVC counts is a matter of definition.)
    mov x3, #100
    bl below
    mov x20, x1
    mov x3, #200
    bl below
    sub x1, x1, x20
    LINE x1
    // An overflow is noted, and is an interrupt, PPI 23, if it is to be one.
    ldr x0, =0x08000000
    mov w1, #1
    str w1, [x0]
    mov w1, #1 << 23
    str w1, [x0, #0x100]
    ldr x0, =0x08010000
    mov w1, #1
    str w1, [x0]
    mov w1, #0xff
    str w1, [x0, #4]
    mov x0, #0xffffff00
    msr pmevcntr0_el0, x0
    msr pmevcntr2_el0, x0
    mov x0, #7
    msr pmovsclr_el0, x0
    mrs x1, pmovsclr_el0
    LINE x1
    mov x3, #1000
1:  subs x3, x3, #1
    b.ne 1b
    mrs x1, pmevcntr0_el0
    mrs x1, pmevcntr2_el0
    isb
    mrs x1, pmovsset_el0
    LINE x1
    mrs x1, isr_el1
    LINE x1
    mov x0, #1
    msr pmintenset_el1, x0
    isb
    mrs x1, isr_el1
    LINE x1
    msr pmovsclr_el0, x0
    isb
    mrs x1, isr_el1
    LINE x1
    mrs x1, pmevcntr0_el0
    lsr x1, x1, #16
    LINE x1
    // Stopped.
    mov x0, #0
    msr pmcr_el0, x0
    isb
    mrs x1, pmevcntr0_el0
    nop
    mrs x2, pmevcntr0_el0
    sub x2, x2, x1
    LINE x2
    ret x29
interrupt:
    ret

// x1: what counter 1 counts of x3 turns at EL0.
below:
    mov x21, x30
    msr pmevcntr1_el0, xzr
    DROP_TO_EL0
1:  subs x3, x3, #1
    b.ne 1b
    BACK_TO_EL1
    mrs x1, pmevcntr1_el0
    ret x21
