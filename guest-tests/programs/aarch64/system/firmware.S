// From EL3 down to EL0: which level each exception is taken to, what EL3 and EL2 control of that, their translation, and interrupts.
#define TOP 3
#include "levels.h"

#define NS 1
#define SCR (1 << 10 | 3 << 4)
#define HCE (1 << 8)
#define SMD (1 << 7)
#define RW (1 << 31)
#define TGE (1 << 27)
#define TSC (1 << 19)
#define IMO (1 << 4)
#define FMO (1 << 3)
#define TFP (1 << 10)

.macro SET register, value
    ldr x0, =\value
    msr \register, x0
    isb
.endm

// Tables of one level 1: 4 GiB, blocks of 1 GiB. Devices; RAM; RAM again, which cannot be written; nothing.
.macro TRANSLATE el
    ldr x1, =table
    ldr x0, =0x0040000000000401 | 0 << 2          // XN, AF
    str x0, [x1]
    ldr x0, =0x40000000 | 0x701 | 1 << 2
    str x0, [x1, #8]
    ldr x0, =0x40000000 | 0x701 | 1 << 2 | 1 << 7 | 1 << 54
    str x0, [x1, #16]
    str xzr, [x1, #24]
    dsb sy
    msr ttbr0_el\el, x1
    SET mair_el\el, 0xff00
    SET tcr_el\el, (1 << 31 | 1 << 23 | 32 | 2 << 16 | 3 << 12 | 1 << 10 | 1 << 8)
    tlbi alle\el
    dsb sy
    isb
    mrs x0, sctlr_el\el
    orr x0, x0, #1
    msr sctlr_el\el, x0
    isb
.endm

.macro SEE_TRANSLATED el
    TRANSLATE \el
    mov x19, #0x40000000
    ldr x2, =known
    ldr x3, [x2]
    LINE x3
    add x2, x2, x19
    ldr x3, [x2]
    LINE x3
    str x3, [x2]
    strb w3, [x2, #3]
    adr x28, 1f
    adr x4, 1f
    add x4, x4, x19
    br x4
1:  ldr x2, =0xc0000123
    ldr x3, [x2]
    ldtrh w3, [x2]
    ldr x2, =0x100000000
    ldr x3, [x2]
    ldr x2, =0xffffffff40000000
    ldr x3, [x2]
    ldr x2, =known
    at s1e\el\()r, x2
    isb
    mrs x3, par_el1
    LINE x3
    add x2, x2, x19
    at s1e\el\()r, x2
    isb
    mrs x3, par_el1
    LINE x3
    at s1e\el\()w, x2
    isb
    mrs x3, par_el1
    LINE x3
    // What was read-only becomes nothing, and is so once the TLB has forgotten it.
    ldr x1, =table
    str xzr, [x1, #16]
    dsb sy
    lsr x3, x2, #12
    tlbi vae\el, x3
    dsb sy
    isb
    ldr x3, [x2]
    // Tags.
    mrs x0, tcr_el\el
    orr x0, x0, #1 << 20
    msr tcr_el\el, x0
    tlbi alle\el
    isb
    ldr x2, =known
    movk x2, #0xa500, lsl #48
    ldr x3, [x2]
    LINE x3
    mrs x0, sctlr_el\el
    bic x0, x0, #1
    msr sctlr_el\el, x0
    isb
    tlbi alle\el
.endm

#define P (1 << 31)
#define U (1 << 30)
#define NSK (1 << 29)
#define NSH (1 << 27)
#define M (1 << 26)
// What counter 0 makes of a hundred turns of a loop.
.macro COUNT type
    SET pmevtyper0_el0, \type
    mrs x1, pmevcntr0_el0
    mov x3, #100
1:  subs x3, x3, #1
    b.ne 1b
    mrs x2, pmevcntr0_el0
    sub x2, x2, x1
    LINE x2
.endm

// Lets the physical timer run out.
.macro EXPIRE
    msr cntp_cval_el0, xzr
    SET cntp_ctl_el0, 1
.endm

main:
    mov x29, x30
    mrs x0, currentel
    LINE x0
    SET scr_el3, SCR
    mrs x0, scr_el3
    LINE x0
    SET cptr_el3, 0
    // At EL3.
    svc #0x11
    brk #0x12
    .word 0
    hvc #0x13                   // HCE is 0
    smc #0x15
    SET scr_el3, SCR | SMD
    smc #0x16
    SET scr_el3, SCR
    wfe
    ldr x2, =0x0b000008
    ldr x3, [x2]
    str w3, [x2]
    adr x28, 1f
    br x2
1:  mov x20, sp
    sub x2, x20, #63
    ldxr x3, [x2]
    SET cptr_el3, TFP
    fmov d0, x0
    SET cptr_el3, 0
    fmov d0, x0
    // Registers of the levels below, and of this one.
    SET sctlr_el2, 0x30c50838
    mrs x0, sctlr_el2
    LINE x0
    mrs x0, sctlr_el3
    and x0, x0, #0x1f
    LINE x0
    SET vbar_el3, vectors_el3
    mrs x0, vbar_el3
    LINE x0
    mrs x0, sp_el1
    LINE x0
    mrs x0, sp_el2
    LINE x0
    SET tpidr_el3, 0x1234567890
    mrs x0, tpidr_el3
    LINE x0
    SET cntps_cval_el1, 0x123456
    mrs x0, cntps_cval_el1
    LINE x0
    mrs x0, cntps_ctl_el1
    LINE x0
    SEE_TRANSLATED 3

    // Returns that are not legal: to EL2 in secure state, to a level without its own stack, to what is reserved.
    ILLEGAL_DOWN 3, EL2
    ILLEGAL_DOWN 3, 0x3ce
    ILLEGAL_DOWN 3, 0x3c1

    // EL1 in secure state: nobody is above it but EL3.
    SET hcr_el2, RW | TSC | IMO
    DOWN 3, EL1
    mrs x0, currentel
    LINE x0
    svc #0x31
    hvc #0x32
    smc #0x33
    mrs x0, scr_el3
    mrs x0, hcr_el2
    UP

    // EL2.
    SET scr_el3, SCR | NS | HCE
    DOWN 3, EL2
    mrs x0, currentel
    LINE x0
    svc #0x21
    hvc #0x22
    smc #0x23
    brk #0x24
    mrs x0, scr_el3
    msr sctlr_el3, x0
    tlbi alle3
    at s1e3r, x0
    msr cntfrq_el0, x0
    ILLEGAL_DOWN 2, EL3
    SET hcr_el2, RW
    mrs x0, hcr_el2
    LINE x0
    SET cptr_el2, TFP
    fmov d0, x0
    SET cptr_el2, 0
    SET vpidr_el2, 0x12345678
    mrs x0, midr_el1
    LINE x0
    SET vmpidr_el2, 0x80000703
    mrs x0, mpidr_el1
    LINE x0
    SET cntvoff_el2, 0x10000000000
    mrs x0, cntvct_el0
    mrs x1, cntpct_el0
    sub x0, x1, x0
    lsr x0, x0, #32
    LINE x0
    SEE_TRANSLATED 2

    // EL1 below EL2.
    SET sctlr_el1, 0x30d00838
    DOWN 2, EL1
    mrs x0, currentel
    LINE x0
    mrs x0, midr_el1
    LINE x0
    mrs x0, mpidr_el1
    LINE x0
    svc #0x41
    hvc #0x42
    smc #0x43
    mrs x0, sctlr_el2
    msr cntfrq_el0, x0
    SET cpacr_el1, 0
    fmov d0, x0
    SET cpacr_el1, 3 << 20
    fmov d0, x0
    tlbi alle2
    tlbi alle1
    at s12e1r, x0
    UP
    SET scr_el3, SCR | NS
    DOWN 3, EL1
    hvc #0x51                   // HCE is 0
    UP
    DOWN 3, EL2
    hvc #0x52
    UP
    SET scr_el3, SCR | NS | HCE
    SET hcr_el2, RW | TSC | 1 << 29
    DOWN 3, EL1
    smc #0x53                   // TSC
    hvc #0x54                   // HCD means nothing with an EL3
    UP
    SET hcr_el2, RW

    // Floating point: of those who deny it the nearest is told.
    SET cptr_el2, TFP
    DOWN 3, EL1
    fmov d0, x0
    UP
    SET cptr_el3, TFP
    DOWN 3, EL1
    fmov d0, x0
    UP
    SET cptr_el2, 0
    DOWN 3, EL1
    fmov d0, x0
    SET cpacr_el1, 0
    fmov d0, x0
    UP
    SET cptr_el3, 0

    // The physical counter and timer.
    SET cnthctl_el2, 0
    DOWN 3, EL1
    SET cntkctl_el1, 0
    mrs x3, cntpct_el0
    mrs x4, cntp_ctl_el0
    msr cntp_cval_el0, x5
    mrs x6, cntvct_el0
    DOWN 1, EL0
    mrs x3, cntpct_el0
    UP_FROM_EL0
    SET cntkctl_el1, 0x3ff
    DOWN 3, EL0
    mrs x3, cntpct_el0
    msr cntp_ctl_el0, x4
    UP_FROM_EL0
    SET cnthctl_el2, 3

    // EL0 that belongs to EL2.
    SET hcr_el2, RW | TGE
    DOWN 3, EL0
    svc #0x71
    brk #0x72
    fmov d0, x0
    mrs x0, currentel
    ldr x2, =0x0b000008
    ldr x3, [x2]
    adr x28, 1f
    br x2
1:  hvc #0x73
    UP_FROM_EL0
    ILLEGAL_DOWN 3, EL1
    SET hcr_el2, RW

    // Performance monitors: P, U, NSK, NSU, NSH and M, and nothing in secure state unless SPME allows it.
    SET pmcntenset_el0, 1
    SET pmcr_el0, 7
    COUNT 8
    SET mdcr_el3, 1 << 17
    COUNT 8
    COUNT P | 8
    COUNT M | 8
    COUNT P | M | 8
    DOWN 3, EL2
    COUNT 8
    COUNT NSH | 8
    COUNT P | U | NSH | 8
    DOWN 2, EL1
    COUNT 8
    COUNT P | 8
    COUNT NSK | 8
    COUNT P | NSK | 8
    UP
    SET mdcr_el3, 0
    COUNT 8

    // Interrupts. The GIC passes those of the physical timer and of EL2's.
    ldr x1, =0x08000000
    mov w0, #1
    str w0, [x1]
    ldr w0, =1 << 30 | 1 << 26
    str w0, [x1, #0x100]
    ldr x1, =0x08010000
    mov w0, #0xff
    str w0, [x1, #4]
    mov w0, #1
    str w0, [x1]
    // At EL3 nothing is taken that is not for it.
    EXPIRE
    msr daifclr, #3
    nop
    mrs x0, isr_el1
    LINE x0
    msr daifset, #3
    // Masked at EL1, then not.
    DOWN 3, EL1
    nop
    mrs x0, isr_el1
    LINE x0
    msr daifclr, #2
    nop
    UP
    // For EL2: EL1 has no mask against it.
    EXPIRE
    SET hcr_el2, RW | IMO
    DOWN 3, EL1
    nop
    UP
    // EL2 has.
    EXPIRE
    DOWN 3, EL2
    nop
    msr daifclr, #2
    nop
    UP
    // What is for EL1 is not taken at EL2.
    SET hcr_el2, RW
    EXPIRE
    DOWN 3, EL2_OPEN
    nop
    mrs x0, isr_el1
    LINE x0
    DOWN 2, EL1_OPEN
    nop
    UP
    // EL2's own timer.
    SET hcr_el2, RW | IMO
    DOWN 3, EL2
    msr cnthp_cval_el2, xzr
    SET cnthp_ctl_el2, 1
    mrs x0, isr_el1
    LINE x0
    msr daifclr, #2
    nop
    UP
    // For EL3: nobody below has a mask against it.
    SET scr_el3, SCR | NS | HCE | 1 << 1
    EXPIRE
    DOWN 3, EL2
    nop
    UP
    EXPIRE
    DOWN 3, EL0
    nop
    UP_FROM_EL0
    EXPIRE
    nop
    msr daifclr, #2
    nop
    mrs x0, currentel
    LINE x0
    ret x29

    .data
    .balign 4096
table: .quad 0, 0, 0, 0
known: .quad 0x0123456789abcdef
