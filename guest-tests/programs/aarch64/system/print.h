// Printing by semihosting, for programs that print what they observe.

// Prints a register as 16 digits and a space. Changes nothing else.
.macro SHOW register
    stp x0, x1, [sp, #-64]!
    stp x2, x3, [sp, #16]
    stp x4, x30, [sp, #32]
    mrs x4, nzcv
    str x4, [sp, #48]
    mov x2, \register
    bl show
    ldr x4, [sp, #48]
    msr nzcv, x4
    ldp x4, x30, [sp, #32]
    ldp x2, x3, [sp, #16]
    ldp x0, x1, [sp], #64
.endm

// Prints a character. Changes x0 and x1.
.macro PRINT character
    ldr x1, =characters + \character
    mov w0, #3                  // SYS_WRITEC
    hlt #0xf000
.endm

.macro NEWLINE
    stp x0, x1, [sp, #-16]!
    PRINT 10
    ldp x0, x1, [sp], #16
.endm

// Prints a register and ends the line.
.macro LINE register
    SHOW \register
    NEWLINE
.endm

show:
    mov x3, #60
1:  lsr x4, x2, x3
    and x4, x4, #15
    ldr x1, =digits
    add x1, x1, x4
    mov w0, #3
    hlt #0xf000
    subs x3, x3, #4
    b.ge 1b
    ldr x1, =characters + 32
    mov w0, #3
    hlt #0xf000
    ret

    .section .rodata
digits: .ascii "0123456789abcdef"
    .data
characters:
    .byte 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32
    .skip 32
    .byte 65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90
    .balign 16
finished: .quad 0x20026, 0
    .text
