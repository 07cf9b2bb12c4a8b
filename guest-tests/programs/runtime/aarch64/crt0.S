// Start and end of a bare-metal program for AArch64, at EL1, the first processor (the others sleep). It ends by semihosting, which
// emu answers, and QEMU with -semihosting.
//
// The number of retired instructions counts `_start`'s first one and the HLT that ends the program. It is printed if the word
// `report_retired` is not 0; the image holds 0, and the tool that counts patches that one word in a copy. Only then are the
// performance monitors on, as a processor may run slower with them.

// Instructions before those that are counted then, and from `end` to HLT, that one included. The counting tool checks their sum
// against QEMU's own log.
#define HEAD 3
#define TAIL 7
#define INST_RETIRED 8

    .section .text.start, "ax", @progbits
    .global _start
_start:
    adrp x0, report_retired
    ldr w0, [x0, :lo12:report_retired]
    cbnz w0, count
counted:
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
    adrp x1, report_retired
    ldr w1, [x1, :lo12:report_retired]
    cbnz w1, report
end:
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

// Has event counter 0 count from here on.
count:
    mov x0, #INST_RETIRED
    msr pmevtyper0_el0, x0
    msr pmevcntr0_el0, xzr
    mov x0, #1              // counter 0; PMCR_EL0.E
    msr pmcntenset_el0, x0
    msr pmcr_el0, x0
    isb
    b counted

// Prints "retired N\n" in decimal, then ends. w0 is the exit code.
report:
    mrs x1, pmevcntr0_el0
    add x1, x1, #HEAD + TAIL - 3        // without ISB, B and MRS, which the image as it is does not run
    mov x2, #10
    mov x3, sp
    strb w2, [x3, #-1]!
1:  udiv x4, x1, x2
    msub x5, x4, x2, x1
    add w5, w5, #'0'
    strb w5, [x3, #-1]!
    mov x1, x4
    cbnz x1, 1b
    mov x4, #0x09000000     // the PL011's data register
    adrp x5, report_text
    add x5, x5, :lo12:report_text
2:  ldrb w6, [x5], #1
    cbz w6, 3f
    str w6, [x4]
    b 2b
3:  ldrb w6, [x3], #1
    str w6, [x4]
    cmp w6, #10
    b.ne 3b
    b end

    .section .rodata
report_text:
    .asciz "retired "

    .section .data
    .global report_retired
    .balign 8
report_retired:
    .word 0, 0

// An exception that the program did not ask for: ends it with 120 (no check has that number).
    .section .text.vectors, "ax", @progbits
    .balign 0x800
vectors:
    .rept 16
    mov w0, #120
    b finish
    .balign 0x80
    .endr
