# Every instruction of the C extension (with F and D), its immediates at both ends, and 4-byte instructions that start in the middle of
# a word or at the end of a page.

#if __riscv_xlen == 64
# define REG_BYTES 8
#else
# define REG_BYTES 4
#endif

# Fails with \number unless \register holds \value.
.macro CHECK number, register, value
    .option push
    .option norvc
    li      t6, \value
    li      s11, \number
    beq     \register, t6, 9999f
    j       failed
9999:
    .option pop
.endm

    .globl main
main:
    mv      s10, ra
    mv      s9, sp
    .option rvc

    # Constants and arithmetic.
    c.li    a0, -32
    CHECK   1, a0, -32
    c.li    a0, 31
    CHECK   1, a0, 31
    c.lui   a1, 1
    CHECK   2, a1, 0x1000
    c.lui   a1, 0xfffe0
    CHECK   2, a1, -0x20000
    c.addi  a0, -32
    CHECK   3, a0, -1
    c.addi  a0, 31
    CHECK   3, a0, 30
    c.li    a1, 12
    c.add   a0, a1
    CHECK   4, a0, 42
    c.mv    s0, a0
    CHECK   5, s0, 42
    c.sub   s0, a1
    CHECK   6, s0, 30
    c.andi  s0, -3
    CHECK   7, s0, 28
    c.li    s1, 21
    c.xor   s0, s1
    CHECK   8, s0, 9
    c.or    s0, s1
    CHECK   9, s0, 29
    c.and   s0, s1
    CHECK   10, s0, 21
    c.li    a2, -1
    c.srli  a2, 1
    CHECK   11, a2, (1 << (__riscv_xlen - 1)) - 1
    c.li    a2, -1
    c.slli  a2, 31
    c.srai  a2, 30
    CHECK   12, a2, -2
#if __riscv_xlen == 64
    c.li    a2, -1
    c.slli  a2, 63
    c.srai  a2, 63
    CHECK   13, a2, -1
    c.srli  a2, 32
    CHECK   14, a2, 0xffffffff
    c.addiw a2, 1
    CHECK   15, a2, 0
    li      a2, 0x7fffffff
    c.addiw a2, 1
    CHECK   16, a2, -0x80000000
    c.addiw a2, 0                   # sext.w
    CHECK   17, a2, -0x80000000
    li      a3, 1
    c.subw  a2, a3
    CHECK   18, a2, 0x7fffffff
    c.addw  a2, a3
    CHECK   19, a2, -0x80000000
#endif

    # The stack pointer's forms.
    c.addi16sp sp, -512
    sub     a0, sp, s9
    CHECK   20, a0, -512
    c.addi16sp sp, 496
    sub     a0, sp, s9
    CHECK   20, a0, -16
    c.addi16sp sp, -496
    c.addi4spn a0, sp, 4
    sub     a0, a0, sp
    CHECK   21, a0, 4
    c.addi4spn a5, sp, 1020
    sub     a5, a5, sp
    CHECK   21, a5, 1020
    addi    sp, sp, -256
    li      a0, -7
    c.swsp  a0, 0(sp)
    c.swsp  a0, 252(sp)
    c.lwsp  a1, 252(sp)
    CHECK   22, a1, -7
    c.lwsp  t4, 0(sp)
    CHECK   22, t4, -7
#if __riscv_xlen == 64
    li      a0, 0x123456789abcdef0
    c.sdsp  a0, 504(sp)
    c.ldsp  a1, 504(sp)
    sub     a1, a1, a0
    CHECK   23, a1, 0
#endif

    # Loads and stores by register.
    la      a5, space
    li      a4, -99
    c.sw    a4, 124(a5)
    c.lw    a3, 124(a5)
    CHECK   24, a3, -99
    lw      a3, 124(a5)
    CHECK   24, a3, -99
    c.sw    a4, 0(a5)
    c.lw    s1, 0(a5)
    CHECK   25, s1, -99
#if __riscv_xlen == 64
    c.sd    a0, 248(a5)
    c.ld    a2, 248(a5)
    sub     a2, a2, a0
    CHECK   26, a2, 0
#else
    li      a0, 0x40490fdb          # pi
    sw      a0, 64(a5)
    c.flw   fs0, 64(a5)
    c.fsw   fs0, 124(a5)
    c.lw    a2, 124(a5)
    CHECK   27, a2, 0x40490fdb
    c.fswsp fs0, 252(sp)
    c.flwsp ft7, 252(sp)
    fmv.x.w a2, ft7
    CHECK   28, a2, 0x40490fdb
#endif
    li      a0, 5
    fcvt.d.w fa0, a0
    c.fsd   fa0, 248(a5)
    c.fld   fa1, 248(a5)
    fcvt.w.d a2, fa1
    CHECK   29, a2, 5
    c.fsdsp fa1, 504(sp)
    c.fldsp ft8, 504(sp)
    fcvt.w.d a2, ft8
    CHECK   30, a2, 5

    # Jumps and branches: forwards, backwards, taken, not.
    c.li    a0, 0
    c.j     2f
1:  c.addi  a0, 1
    c.j     3f
2:  c.addi  a0, 2
    c.j     1b
3:  CHECK   31, a0, 3
    c.beqz  a0, 4f
    c.addi  a0, 4
4:  c.bnez  a0, 5f
    c.addi  a0, 8
5:  CHECK   32, a0, 7
    c.li    a1, 0
    c.beqz  a1, 6f
    c.addi  a0, 16
6:  c.bnez  a1, 7f
    c.addi  a0, 1
7:  CHECK   33, a0, 8
    la      a2, 8f
    c.jr    a2
    c.addi  a0, 16
8:  CHECK   34, a0, 8
    la      a2, leaf
    c.jalr  a2
9:  la      a3, 9b
    sub     a4, ra, a3              # the link is 2 after the jump
    CHECK   35, a4, 0
    CHECK   36, a0, 9
    la      t2, leaf
    c.jalr  t2
    CHECK   36, a0, 10
#if __riscv_xlen == 32
    c.jal   leaf
10: la      a3, 10b
    sub     a4, ra, a3
    CHECK   37, a4, 0
    CHECK   38, a0, 11
#endif
    # jalr with rd = rs1 jumps to the old value.
    la      ra, leaf
    c.jalr  ra
    addi    a0, a0, -1
    c.nop

    # Hints: c.nop with an immediate, c.li, c.lui, c.mv, c.add, c.slli to x0; a shift by 0. They change nothing.
    .2byte  0x0005                  # c.nop 1
    .2byte  0x4015                  # c.li x0, 5
    .2byte  0x6005                  # c.lui x0, 1
    .2byte  0x802a                  # c.mv x0, a0
    .2byte  0x902a                  # c.add x0, a0
    .2byte  0x0006                  # c.slli x0, 1
    CHECK   39, zero, 0

    # 4-byte instructions at every halfword, with a page boundary in one's middle: a chain of them adds up to 1 to 9.
    li      a0, 0
    la      a1, chain
    jalr    a1
    CHECK   40, a0, 45

    mv      sp, s9
    li      a0, 0
    jr      s10

failed:
    mv      a0, s11
    tail    finish

leaf:
    c.addi  a0, 1
    c.jr    ra

    .section .text.chain, "ax", @progbits
    .balign 4096
    .skip   4096 - 18               # zeros, which are illegal
    .option push
    .option norelax
chain:
    c.addi  a0, 1
    .option norvc
    addi    a0, a0, 2
    addi    a0, a0, 3
    addi    a0, a0, 4
    addi    a0, a0, 5               # its second half is in the next page
    addi    a0, a0, 6
    .option rvc
    c.addi  a0, 7
    .option norvc
    addi    a0, a0, 8
    .option rvc
    c.addi  a0, 9
    c.jr    ra
    .option pop

    .section .bss
    .balign 16
space:
    .zero   512
