// Without the C extension a jump or taken branch to an address that is no multiple of 4 raises cause 0 at the jump itself, with the
// target in mtval and no register written; an untaken branch does not. Built and run for an ISA without C.
#include "probe.h"

// Each jumps to its own address + 6 or returns through ra.
__asm__(".balign 4\n"
        "jumps: .word 0x006000ef\n ret\n nop\n"           // jal ra, .+6
        "jumps_by_register: la t2, 1f + 2\n 1: jalr t2, 0(t2)\n ret\n"
        "branches: beq zero, zero, . + 4\n .word 0x00000363\n ret\n" // beq zero, zero, .+6
        "passes: .word 0x00001363\n ecall\n");             // bne zero, zero, .+6
extern char jumps[], jumps_by_register[], branches[], passes[];

int main(void) {
    catch_traps();
    CHECK(1, !(CSR_READ(misa) >> 2 & 1));
    fetch((word)jumps, MACHINE);
    CHECK(2, caught.cause == FETCH_MISALIGNED && caught.pc == (word)jumps);
    CHECK(3, caught.value == (word)jumps + 6);
    fetch((word)jumps_by_register, MACHINE);
    CHECK(4, caught.cause == FETCH_MISALIGNED && caught.pc == (word)jumps_by_register + 8);
    CHECK(5, caught.value == caught.pc + 2);
    fetch((word)branches, MACHINE);
    CHECK(6, caught.cause == FETCH_MISALIGNED && caught.pc == (word)branches + 4);
    CHECK(7, caught.value == caught.pc + 6);
    fetch((word)passes, MACHINE);
    CHECK(8, caught.cause == ECALL_M);
    CSR_WRITE(mepc, (word)jumps + 2);
    CHECK(9, CSR_READ(mepc) == (word)jumps);    // mepc[1] reads 0 without C
    execute(0x4505);                             // c.li a0, 1
    CHECK(10, caught.cause == ILLEGAL);
    return 0;
}
