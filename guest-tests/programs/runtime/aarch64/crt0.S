// Start and end of a bare-metal program for AArch64, at EL1, the first processor (the others sleep). It ends by semihosting, which
// emu answers, and QEMU with -semihosting.

    .section .text.start, "ax", @progbits
    .global _start
_start:
    mrs x0, mpidr_el1
    tst x0, #0xff
    b.ne sleep
    adrp x0, __stack_top
    add x0, x0, :lo12:__stack_top
    mov sp, x0
    adrp x0, vectors
    add x0, x0, :lo12:vectors
    msr vbar_el1, x0
    mov x0, #3 << 20        // CPACR_EL1.FPEN: floating point does not trap
    msr cpacr_el1, x0
    isb
    bl main

    .global finish
finish:
    mov w1, w0
    mov x0, #0x26           // ADP_Stopped_ApplicationExit
    movk x0, #2, lsl #16
    stp x0, x1, [sp, #-16]!
    mov x1, sp
    mov w0, #0x18           // SYS_EXIT
    hlt #0xf000
1:  b 1b

sleep:
    wfi
    b sleep

// An exception that the program did not ask for: ends it with 120 (no check has that number).
    .section .text.vectors, "ax", @progbits
    .balign 0x800
vectors:
    .rept 16
    mov w0, #120
    b finish
    .balign 0x80
    .endr
