// From EL2 where that is the highest level: who answers HVC and SMC, and what only the highest level may do.
#define TOP 2
#include "levels.h"

#define RW (1 << 31)
#define HCD (1 << 29)
#define TSC (1 << 19)

.macro SET register, value
    ldr x0, =\value
    msr \register, x0
    isb
.endm

// MIGRATE_INFO_TYPE, by SMC.
.macro ASK
    ldr x0, =0x84000006
    smc #0
    LINE x0
.endm

main:
    mov x29, x30
    mrs x0, currentel
    LINE x0
    SET hcr_el2, RW
    ASK
    hvc #1
    mrs x0, scr_el3
    msr cptr_el3, x0
    tlbi alle3
    mrs x1, cntfrq_el0
    msr cntfrq_el0, x1
    ILLEGAL_DOWN 2, EL3
    DOWN 2, EL1
    mrs x0, currentel
    LINE x0
    ASK
    hvc #2
    mrs x1, cntfrq_el0
    msr cntfrq_el0, x1
    mrs x0, rvbar_el1
    mrs x0, sp_el1
    mrs x0, elr_el2
    UP
    SET hcr_el2, RW | TSC
    DOWN 2, EL1
    smc #3
    UP
    mrs x0, currentel
    LINE x0
    // HCD takes HVC from all; the way back is another.
    SET hcr_el2, RW | HCD
    hvc #4
    SET cptr_el2, 1 << 10
    DOWN 2, EL1
    hvc #5
    SET cpacr_el1, 3 << 20
    fmov d0, x0
    mrs x0, currentel
    LINE x0
    ldr x1, =finished
    mov w0, #0x18
    hlt #0xf000
    b .
