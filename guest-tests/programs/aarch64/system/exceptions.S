// Every class of synchronous exception that EL0 and EL1 can raise without translation, and what the return from one may do.
#include "observe.h"

// Returns to `counted` with this SPSR_EL1. Whatever exception that raises, it goes on behind.
.macro ILLEGAL_RETURN spsr
    ldr x0, =\spsr
    msr spsr_el1, x0
    adr x0, counted
    msr elr_el1, x0
    adr x28, 778f
    adr x30, 778f
    eret
778:
.endm

main:
    mov x29, x30
    // At EL1.
    svc #0x1234
    brk #0x4321
    .word 0                     // UDF
    .word 0xd5380000 | 7 << 5   // an ID register that is not there: reserved ones read 0
    mrs x0, s3_0_c15_c7_7       // a register that is not there
    msr s3_0_c15_c7_7, x0
    mrs x0, s3_4_c1_c0_0        // SCTLR_EL2
    hlt #1
    .word 0xd4a00001            // DCPS1
    // A misaligned PC.
    adr x28, 1f
    adr x0, 1f
    add x0, x0, #2
    br x0
1:  // Nothing answers: data, and instructions.
    ldr x0, =0x0b000008
    ldr x1, [x0]
    str x1, [x0]
    ldrb w1, [x0, #1]
    adr x28, 1f
    br x0
1:  // An address that is too large.
    ldr x0, =0x0001000000000010
    ldr x1, [x0]
    strh w1, [x0]
    adr x28, 1f
    br x0
1:  mov x20, sp
    // An exclusive, and an ordered access, that are not aligned.
    sub x0, x20, #63
    ldxr x1, [x0]
    ldar w1, [x0]
    stlrh w1, [x0]
    mov x0, #3 << 20
    // Masks and SPSel, as exceptions save them.
    msr daifclr, #15
    svc #1
    msr daifset, #5
    svc #2
    mov x0, sp
    msr spsel, #0
    mov sp, x0
    svc #3
    msr spsel, #1
    cmp x0, x0
    svc #4
    // At EL0, where WFI is trapped.
    mrs x0, sctlr_el1
    bic x0, x0, #1 << 16
    bic x0, x0, #1 << 14
    orr x0, x0, #3 << 3
    msr sctlr_el1, x0
    isb
    DROP_TO_EL0
    svc #5
    BACK_TO_EL1
    DROP_TO_EL0
    brk #6
    DROP_TO_EL0
    mrs x0, currentel
    DROP_TO_EL0
    mrs x0, ttbr0_el1
    DROP_TO_EL0
    mrs x5, daif
    DROP_TO_EL0
    msr daif, x7
    DROP_TO_EL0
    msr spsel, #1
    DROP_TO_EL0
    mrs x9, ctr_el0
    DROP_TO_EL0
    eret
    DROP_TO_EL0
    hvc #0
    DROP_TO_EL0
    smc #0
    DROP_TO_EL0
    tlbi vmalle1
    DROP_TO_EL0
    at s1e0r, x0
    DROP_TO_EL0
    ic iallu
    DROP_TO_EL0
    ic ivau, x3
    DROP_TO_EL0
    dc cvau, x4
    DROP_TO_EL0
    dc civac, x5
    DROP_TO_EL0
    dc ivac, x5
    DROP_TO_EL0
    mrs x3, cntvct_el0
    DROP_TO_EL0
    mrs x4, cntpct_el0
    DROP_TO_EL0
    mrs x5, cntfrq_el0
    DROP_TO_EL0
    msr cntv_ctl_el0, xzr
    DROP_TO_EL0
    mrs x6, cntp_cval_el0
    DROP_TO_EL0
    mrs x6, pmccntr_el0
    DROP_TO_EL0
    msr pmcr_el0, x6
    DROP_TO_EL0
    msr tpidrro_el0, x0
    DROP_TO_EL0
    msr cntfrq_el0, x0
    DROP_TO_EL0
    wfi
    DROP_TO_EL0
    ldr x1, =0x0b000008
    ldr w0, [x1]
    DROP_TO_EL0
    ldr x1, =0x0b000008
    adr x28, 1f
    br x1
1:  DROP_TO_EL0
    adr x28, 1f
    adr x0, 1f
    add x0, x0, #1
    br x0
1:
    // DC ZVA is denied.
    DROP_TO_EL0
    dc zva, x6
    // Aligned accesses only: what runs here has run without before.
    mov x21, #2
    mov x20, sp
    sub x20, x20, #256
    ldr q0, [x20, #8]           // not enabled: no access
    mov x0, #3 << 20
    msr cpacr_el1, x0
    isb
1:  ldr x0, [x20, #1]
    ldrh w0, [x20, #3]
    ldrb w0, [x20, #3]
    add x2, x20, #2
    ldp w0, w1, [x2]
    ldp w0, w1, [x20, #4]
    str w0, [x20, #18]
    str w0, [x20, #20]
    // Vector registers: one is an access of its own size, structures are made of elements.
    add x2, x20, #8
    ldr q0, [x20]
    ldr q0, [x2]
    str q0, [x20, #24]
    ldp q0, q1, [x2]
    stp q0, q1, [x20, #32]
    stp q0, q1, [x2]
    ldr d0, [x2]
    ldr d0, [x20, #4]
    str s0, [x20, #6]
    add x2, x20, #1
    ld1 {v0.16b}, [x2]
    st1 {v0.8b, v1.8b}, [x2]
    ld1 {v0.8h}, [x2]
    add x2, x20, #2
    ld1 {v0.8h, v1.8h}, [x2]
    st1 {v0.4s}, [x2]
    add x2, x20, #4
    ld1 {v0.4s}, [x2]
    st1 {v0.2d}, [x2]
    ld4 {v0.4s-v3.4s}, [x2]
    ld2 {v0.2d, v1.2d}, [x2]
    ld1 {v0.d}[1], [x2]
    ld1r {v0.4s}, [x2]
    st2 {v0.h, v1.h}[3], [x2]
    st3 {v0.d, v1.d, v2.d}[0], [x2]
    DROP_TO_EL0
    ldr x0, [x20, #4]
    svc #9
    mrs x0, sctlr_el1
    eor x0, x0, #2
    msr sctlr_el1, x0
    isb
    subs x21, x21, #1
    b.ne 1b
    mrs x0, sctlr_el1
    bic x0, x0, #2
    msr sctlr_el1, x0
    msr cpacr_el1, xzr
    isb
    // What EL1 allows.
    mrs x0, sctlr_el1
    ldr x1, =1 << 9 | 1 << 14 | 1 << 15 | 1 << 16 | 1 << 26
    orr x0, x0, x1
    msr sctlr_el1, x0
    mov x0, #0x3ff
    msr cntkctl_el1, x0
    mov x0, #1
    msr pmuserenr_el0, x0
    isb
    DROP_TO_EL0
    mrs x5, daif
    msr daifclr, #2
    mrs x6, daif
    mrs x7, ctr_el0
    ic ivau, x20
    dc cvau, x20
    dc zva, x20
    mrs x0, cntfrq_el0
    mrs x1, cntvct_el0
    mrs x2, cntp_ctl_el0
    mrs x3, pmcr_el0
    svc #7
    BACK_TO_EL1
    LINE x5
    LINE x6
    // Returns that are not legal, and one with IL: what has run before, and often, does not run now.
    mov x19, #0
    mov x21, #2000
1:  bl counted
    subs x21, x21, #1
    b.ne 1b
    ILLEGAL_RETURN 0x3d5        // AArch32
    ILLEGAL_RETURN 0x600003c9   // EL2
    ILLEGAL_RETURN 0x3cd        // EL3
    ILLEGAL_RETURN 0x3c6        // EL1 with SPSel 2, which is nothing
    ILLEGAL_RETURN 0x900003c1   // EL0 with a stack pointer of its own
    ILLEGAL_RETURN 0x1003c5     // EL1, with IL
    ILLEGAL_RETURN 0x1003c0     // EL0, with IL
    LINE x19
    ret x29

counted:
    add x19, x19, #1
    ret
