# "Hello" over the UART, byte by byte, without a stack. The smallest program with output.
    .globl main
main:
    la      a1, text
    li      a2, 0x10000000
1:  lbu     a3, (a1)
    beqz    a3, 2f
    sb      a3, (a2)
    addi    a1, a1, 1
    j       1b
2:  li      a0, 0
    ret

    .section .rodata
text:
    .asciz  "Hello over the UART\n"
