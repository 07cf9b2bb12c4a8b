// For programs that begin above EL1: vectors for EL1 to EL3 that print what comes, and ways up and down. `main` begins at the highest
// level, EL3 or EL2 (TOP), with a stack for each level.
//
// An exception prints a line: K at EL1, H at EL2, M at EL3; the vector's offset, ESR_ELx, ELR_ELx, FAR_ELx, SPSR_ELx. Then the program goes
// on where it was, at the address in x28 if that is not 0, else behind the instruction. An interrupt stops the timers instead. x26 and
// x27 are the handlers' own.
#include "print.h"

    .globl _start
_start:
    ldr x0, =stack_of_top
    mov sp, x0
    ldr x0, =stack_of_el2
#if TOP == 3
    msr sp_el2, x0
    ldr x0, =vectors_el3
    msr vbar_el3, x0
#else
    mov sp, x0
#endif
    ldr x0, =vectors_el2
    msr vbar_el2, x0
    ldr x0, =stack_of_el1
    msr sp_el1, x0
    ldr x0, =vectors_el1
    msr vbar_el1, x0
    ldr x0, =stack_of_el0
    msr sp_el0, x0
    mov x28, #0
    msr nzcv, xzr
    isb
    bl main
    ldr x1, =finished
    mov w0, #0x18               // SYS_EXIT
    hlt #0xf000
    b .

// Goes down from EL`from` to a level and PSTATE, as SPSR_ELx has it, at the next instruction. x0 is lost.
.macro DOWN from, pstate
    ldr x0, =\pstate
    msr spsr_el\from, x0
    adr x0, 777f
    msr elr_el\from, x0
    isb
    eret
777:
.endm

// The same where it is not legal: it goes on behind the exception that the next instruction raises.
.macro ILLEGAL_DOWN from, pstate
    adr x28, 778f
    DOWN \from, \pstate
    nop
778:
.endm

// Comes up to the top level with the next instruction, from the levels above EL0: by an exception that is not printed.
.macro UP
#if TOP == 3
    smc #0xffff
#else
    hvc #0xffff
#endif
.endm

// The same from EL0. Whatever level takes the exception comes up then.
.macro UP_FROM_EL0
    svc #0xffff
.endm

#define EL0 0x3c0
#define EL1 0x3c5
#define EL2 0x3c9
#define EL3 0x3cd
// With interrupts allowed.
#define EL0_OPEN 0x000
#define EL1_OPEN 0x005
#define EL2_OPEN 0x009

.macro HANDLER el, letter
    .balign 0x800
vectors_el\el:
    .rept 16
    .balign 0x80
    adr x27, .
    b handler_el\el
    .endr

handler_el\el:
    stp x0, x1, [sp, #-16]!
    mrs x26, esr_el\el
    // An interrupt leaves ESR as it was.
    tst x27, #0x180
    b.ne 9f
    ldr x0, =(TOP + 0x14) << 26 | 1 << 25 | 0xffff
    cmp x26, x0
    b.eq 5f
    ldr x0, =0x15 << 26 | 1 << 25 | 0xffff
    cmp x26, x0
    b.eq 6f
    // Of data aborts at EL2 QEMU tells more than the manual has it tell: how large the access was, and where its register is.
    .if \el == 2
    lsr x0, x26, #27
    cmp x0, #0x24 >> 1
    b.ne 9f
    and x26, x26, #~(0x1ff << 14)
    and x26, x26, #~(3 << 23)
    .endif
9:  PRINT \letter
    and x27, x27, #0x780
    SHOW x27
    SHOW x26
    mrs x0, elr_el\el
    SHOW x0
    mrs x0, far_el\el
    SHOW x0
    mrs x0, spsr_el\el
    SHOW x0
    NEWLINE
    tst x27, #0x180
    b.ne 4f
    mrs x0, elr_el\el
    cbnz x28, 1f
    // SVC and HVC have gone on already, and SMC at EL3.
    lsr x1, x26, #26
    sub x1, x1, #0x15
    cmp x1, #1
    b.ls 2f
    mov x26, #\el
    add x1, x1, x26, lsl #4
    cmp x1, #0x32
    b.eq 2f
    add x0, x0, #4
    b 2f
1:  mov x0, x28
    mov x28, #0
2:  msr elr_el\el, x0
    mrs x0, spsr_el\el
    bic x0, x0, #1 << 20
    msr spsr_el\el, x0
3:  ldp x0, x1, [sp], #16
    eret
4:  msr cntp_ctl_el0, xzr
    .if \el > 1
    msr cnthp_ctl_el2, xzr
    .endif
    isb
    b 3b
5:  // Called to come up; a lower level that has caught the call passes it on.
    mrs x27, elr_el\el
    .if \el == TOP
    mov x0, #TOP << 2 | 0x3c1
    msr spsr_el\el, x0
    b 3b
    .endif
    add x27, x27, #4
    b 7f
6:  mrs x27, elr_el\el
7:  mov x28, x27
    ldp x0, x1, [sp], #16
    UP
    mov x27, x28
    mov x28, #0
    br x27
.endm

    HANDLER 1, 'K'
    HANDLER 2, 'H'
#if TOP == 3
    HANDLER 3, 'M'
#endif

    .data
    .balign 16
    .skip 4096
stack_of_top:
    .skip 4096
stack_of_el2:
    .skip 4096
stack_of_el1:
    .skip 4096
stack_of_el0:
    .text
