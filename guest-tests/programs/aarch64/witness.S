// Runs records of code on a machine that is to be believed: QEMU's `virt`. The records are put behind this program by
// `guest_tests::a64::witness`, which knows their layout too. Each says what registers and memory hold and what runs then; it is
// overwritten with what they hold when an exception is taken. At the end all go to a file by semihosting.

    .equ CODE_WORDS, 16
    .equ R_X, 64            // x0 to x30
    .equ R_SP, R_X + 31 * 8
    .equ R_NZCV, R_SP + 8
    .equ R_FPCR, R_NZCV + 8
    .equ R_FPSR, R_FPCR + 8
    .equ R_V, 352           // v0 to v31
    .equ R_DATA, R_V + 32 * 16
    .equ R_BYTES, 1024
    .equ DATA_BYTES, 128
    // What stands where the code was.
    .equ R_ELR, 0
    .equ R_ESR, 8
    .equ R_FAR, 16
    .equ R_SPSR, 24

    .section .text.start, "ax"
    .global _start
    .balign 0x800
vectors:
    b .                     // an exception of this program's own
    .balign 0x200
    b taken                 // one of the code's
    .balign 0x200
    b taken
    .balign 0x200
    b taken

    .balign 0x800
_start:
    adrp x0, vectors
    msr vbar_el1, x0
    mov x0, #3 << 20
    msr cpacr_el1, x0
    isb
    adrp x0, records
    msr spsel, #0
    mov sp, x0
next:
    // sp is SP_EL0 and says which record it is.
    adrp x1, records_end
    mov x0, sp
    cmp x0, x1
    b.hs finished
    adrp x2, code
    mov x3, #CODE_WORDS / 2
1:  ldr x4, [x0], #8
    str x4, [x2], #8
    subs x3, x3, #1
    b.ne 1b
    adrp x2, code
    dc cvau, x2
    dsb ish
    ic ivau, x2
    dsb ish
    isb
    mov x0, sp
    add x0, x0, #R_DATA
    adrp x2, data
    mov x3, #DATA_BYTES / 8
2:  ldr x4, [x0], #8
    str x4, [x2], #8
    subs x3, x3, #1
    b.ne 2b
    mov x0, sp
    ldr x1, [x0, #R_FPCR]
    msr fpcr, x1
    ldr x1, [x0, #R_FPSR]
    msr fpsr, x1
    add x1, x0, #R_V
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ldr q\n, [x1], #16
    .endr
    // Back at EL1 with its own SP, interrupts masked.
    ldr x1, [x0, #R_NZCV]
    mov x2, #0x3c5
    orr x1, x1, x2
    msr spsr_el1, x1
    adrp x1, code
    msr elr_el1, x1
    msr tpidr_el0, xzr
    ldr x1, [x0, #R_SP]
    msr spsel, #1
    mov sp, x1
    msr spsel, #0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    ldr x\n, [sp, #R_X + 8 * \n]
    .endr
    clrex
    eret

taken:
    msr spsel, #0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    str x\n, [sp, #R_X + 8 * \n]
    .endr
    msr spsel, #1
    mov x1, sp
    msr spsel, #0
    mov x0, sp
    str x1, [x0, #R_SP]
    mrs x1, elr_el1
    str x1, [x0, #R_ELR]
    mrs x1, esr_el1
    str x1, [x0, #R_ESR]
    mrs x1, far_el1
    str x1, [x0, #R_FAR]
    mrs x1, spsr_el1
    str x1, [x0, #R_SPSR]
    mrs x1, fpcr
    str x1, [x0, #R_FPCR]
    mrs x1, fpsr
    str x1, [x0, #R_FPSR]
    add x1, x0, #R_V
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    str q\n, [x1], #16
    .endr
    add x0, x0, #R_DATA
    adrp x2, data
    mov x3, #DATA_BYTES / 8
3:  ldr x4, [x2], #8
    str x4, [x0], #8
    subs x3, x3, #1
    b.ne 3b
    mov x0, sp
    add sp, x0, #R_BYTES
    b next

finished:
    adr x1, open
    mov w0, #1              // SYS_OPEN
    hlt #0xf000
    adr x1, write
    str x0, [x1]
    mov w0, #5              // SYS_WRITE
    hlt #0xf000
    adr x1, exit
    mov w0, #0x18           // SYS_EXIT
    hlt #0xf000
    b .

    .balign 8
open:
    .quad name, 5, name_end - name
write:
    .quad 0, records, records_end - records
exit:
    .quad 0x20026, 0
name:
    .ascii "records.out"
name_end:
    .byte 0

    // What is run, with an exception wherever control may go from there.
    .section .code, "ax"
    .balign 0x10000
    .fill 0x2000, 4, 0xd4200020
    .global code
code:
    .fill 0x2000, 4, 0xd4200020

    .section .data
    .balign 0x1000
data:
    .space 0x1000

    .section .records, "aw"
    .balign 0x1000
records:
    .incbin "records.in"
    .balign 0x1000
records_end:
