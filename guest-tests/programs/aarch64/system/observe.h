// For programs that print what they observe at EL1 and EL0: start, and exception vectors that print. Every program has
// `main`; it runs at EL1 with its own stack pointer, and ends by returning. With EMBEDDED it has a start of its own instead.
//
// An exception prints a line: E, the vector's offset, ESR_EL1, ELR_EL1 and FAR_EL1, SPSR_EL1. Then the program goes on at EL1, with
// its stack, at the address in x28 if that is not 0, else behind the instruction; what `also_masked` has of PSTATE is set. x26 and x27 are the handler's own.

#ifndef EMBEDDED
    .globl _start
_start:
    ldr x0, =vectors
    msr vbar_el1, x0
    ldr x0, =stack_end
    mov sp, x0
    mov x28, #0
    msr nzcv, xzr
    isb
    bl main
    ldr x1, =finished
    mov w0, #0x18               // SYS_EXIT
    hlt #0xf000
    b .
#endif

#include "print.h"

// Goes to EL0, at the next instruction, with the masks of interrupts and the stack as they are. x0 is lost.
.macro DROP_TO_EL0
    mov x0, sp
    msr sp_el0, x0
    mov x0, #0x3c0
    msr spsr_el1, x0
    adr x0, 777f
    msr elr_el1, x0
    eret
777:
.endm

// Comes back to EL1 with the next instruction: by an exception that is not printed.
.macro BACK_TO_EL1
    svc #0xffff
.endm

.macro VECTOR
    .balign 0x80
    mov x26, sp
    mrs x27, spsr_el1
    tst x27, #0xf
    b 1f
1:  adr x27, .
    b handler
.endm

    .balign 0x800
vectors:
    .rept 16
    VECTOR
    .endr

// The stack of EL1 is always good here: programs that spoil it do so at EL0, or put the good one into x25.
handler:
    ldr x26, =stack_save
    stp x0, x1, [x26]
    mov x0, sp
    str x0, [x26, #16]
    ldr x0, =handler_stack_end
    mov sp, x0
    and x27, x27, #0x780
    tst x27, #0x180
    b.ne 6f
    mrs x0, esr_el1
    ldr x1, =(0x15 << 26) | (1 << 25) | 0xffff
    cmp x0, x1
    b.eq 2f
    PRINT 'E'
    ldr x0, =vectors
    SHOW x27
    mrs x27, esr_el1
    SHOW x27
    mrs x27, elr_el1
    SHOW x27
    mrs x27, far_el1
    SHOW x27
    mrs x27, spsr_el1
    SHOW x27
    NEWLINE
    mrs x27, elr_el1
    cbnz x28, 1f
    // SVC, HVC and SMC have gone on already.
    mrs x0, esr_el1
    lsr x0, x0, #26
    sub x0, x0, #0x15
    cmp x0, #2
    b.ls 3f
    add x27, x27, #4
    b 3f
1:  mov x27, x28
    mov x28, #0
3:  msr elr_el1, x27
    b 4f
2:  mrs x27, elr_el1
4:  // On at EL1 with its own stack; what was masked stays so.
    mrs x0, spsr_el1
    and x0, x0, #~0x1f
    bic x0, x0, #0x100000
    mov x1, #5
    orr x0, x0, x1
    ldr x1, =also_masked
    ldr x1, [x1]
    orr x0, x0, x1
    msr spsr_el1, x0
    ldr x26, =stack_save
    ldr x0, [x26, #16]
    mrs x1, spsel
    ldr x1, =good_stack
    ldr x1, [x1]
    cbz x1, 5f
    mov x0, x1
5:  mov sp, x0
    ldp x0, x1, [x26]
    eret
6:  // An interrupt: the program's `interrupt` sees the vector's offset in x27, and may use x0 to x5. Nothing else changes.
    stp x2, x3, [sp, #-48]!
    stp x4, x5, [sp, #16]
    str x30, [sp, #32]
    bl interrupt
    ldr x30, [sp, #32]
    ldp x4, x5, [sp, #16]
    ldp x2, x3, [sp], #48
    ldr x26, =stack_save
    ldr x0, [x26, #16]
    mov sp, x0
    ldp x0, x1, [x26]
    eret

#ifndef INTERRUPTS
interrupt:
    PRINT '!'
    ret
#endif

    .pool
    .data
stack_save: .quad 0, 0, 0
good_stack: .quad 0
also_masked: .quad 0
    .balign 16
    .skip 4096
stack_end:
    .skip 4096
handler_stack_end:
    .text
