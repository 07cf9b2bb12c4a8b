// Every synchronous cause that M, S and U mode can reach without translation: cause, mtval, mepc, and what mstatus keeps.
// Page faults are in paging.c, the misaligned jump in jump-misaligned.c.
#include "probe.h"

// A hole in the map of every board here.
#define HOLE 0x08000000ul

static word buffer[4] __attribute__((aligned(16)));

static word does_ecall(word argument) {
    (void)argument;
    __asm__ volatile("ecall");
    return 0;
}

static word reads_mstatus(word argument) {
    (void)argument;
    return CSR_READ(mstatus);
}

static word reads_sstatus(word argument) {
    (void)argument;
    return CSR_READ(sstatus);
}

static word does_mret(word argument) {
    __asm__ volatile("mret");
    return argument;
}

static word does_sret(word argument) {
    __asm__ volatile("sret");
    return argument;
}

static word does_wfi(word argument) {
    __asm__ volatile("wfi");
    return argument;
}

static word reads_satp(word argument) {
    (void)argument;
    return CSR_READ(satp);
}

static word does_sfence(word argument) {
    __asm__ volatile("sfence.vma");
    return argument;
}

static word instruction_at(word pc) {
    uint16_t low = *(volatile uint16_t *)pc;
    return (low & 3) == 3 ? low | (word)*(volatile uint16_t *)(pc + 2) << 16 : low;
}

static void environment_calls(void) {
    run_in(USER, does_ecall, 0);
    CHECK(1, caught.cause == ECALL_U && caught.value == 0);
    CHECK(2, (caught.status & MSTATUS_MPP) == USER);
    CHECK(3, caught.pc == (word)does_ecall);
    run_in(SUPERVISOR, does_ecall, 0);
    CHECK(4, caught.cause == ECALL_S && (caught.status & MSTATUS_MPP) == SUPERVISOR);
    run_in(MACHINE, does_ecall, 0);
    CHECK(5, caught.cause == ECALL_M && (caught.status & MSTATUS_MPP) == MACHINE);
    CSR_SET(mstatus, MSTATUS_MPIE);     // mret makes it MIE, the trap MPIE again, with MIE off
    run_in(USER, does_ecall, 0);
    CHECK(6, (caught.status & MSTATUS_MPIE) && !(caught.status & MSTATUS_MIE));
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    CSR_CLEAR(mstatus, MSTATUS_MPIE);
    run_in(USER, does_ecall, 0);
    CHECK(7, !(caught.status & MSTATUS_MPIE));
}

static void illegal_instructions(void) {
    static const uint32_t words[] = {
        0x00000000, // the all-zero halfword
        0xffffffff, // longer than 32 bits: reserved
        0x0000707f, // longer than 32 bits too, by the other mark
        0xc0001073, // csrw cycle, zero: a read-only CSR
        0x7ff02573, // csrr a0, 0x7ff: no such CSR
        0x30200077, // mret's bits under another opcode
    };
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        execute(words[i]);
        CHECK(10 + (int)i, caught.cause == ILLEGAL && caught.pc == (word)patch);
        word bits = (words[i] & 3) == 3 ? words[i] : words[i] & 0xffff;
        CHECK(20 + (int)i, caught.value == bits || caught.value == 0);
    }
}

static void privilege(void) {
    CHECK(30, (run_in(MACHINE, reads_mstatus, 0), caught.cause == ECALL_M));
    CHECK(31, (run_in(SUPERVISOR, reads_mstatus, 0), caught.cause == ILLEGAL));
    CHECK(32, caught.value == instruction_at(caught.pc) || caught.value == 0);
    CHECK(33, (run_in(SUPERVISOR, reads_sstatus, 0), caught.cause == ECALL_S));
    CHECK(34, (run_in(USER, reads_sstatus, 0), caught.cause == ILLEGAL));
    CHECK(35, (run_in(SUPERVISOR, does_mret, 0), caught.cause == ILLEGAL));
    CHECK(36, (run_in(USER, does_mret, 0), caught.cause == ILLEGAL));
    CHECK(37, (run_in(USER, does_sret, 0), caught.cause == ILLEGAL));
    CSR_SET(mstatus, MSTATUS_TSR);
    CHECK(38, (run_in(SUPERVISOR, does_sret, 0), caught.cause == ILLEGAL));
    CSR_CLEAR(mstatus, MSTATUS_TSR);
    CHECK(39, (run_in(SUPERVISOR, reads_satp, 0), caught.cause == ECALL_S));
    CHECK(40, (run_in(SUPERVISOR, does_sfence, 0), caught.cause == ECALL_S));
    CHECK(41, (run_in(USER, does_sfence, 0), caught.cause == ILLEGAL));
    CSR_SET(mstatus, MSTATUS_TVM);
    CHECK(42, (run_in(SUPERVISOR, reads_satp, 0), caught.cause == ILLEGAL));
    CHECK(43, (run_in(SUPERVISOR, does_sfence, 0), caught.cause == ILLEGAL));
    CSR_CLEAR(mstatus, MSTATUS_TVM);
    CSR_SET(mstatus, MSTATUS_TW);
    CHECK(44, (run_in(SUPERVISOR, does_wfi, 0), caught.cause == ILLEGAL));
    CSR_CLEAR(mstatus, MSTATUS_TW);
}

static void breakpoints(void) {
    execute(0x00100073);                // ebreak
    CHECK(50, caught.cause == BREAKPOINT && caught.pc == (word)patch);
    CHECK(51, caught.value == (word)patch || caught.value == 0);
    execute(0x90029002);                // c.ebreak
    CHECK(52, caught.cause == BREAKPOINT && caught.pc == (word)patch);
}

static void access_faults(void) {
    fetch(HOLE, MACHINE);
    CHECK(60, caught.cause == FETCH_ACCESS && caught.pc == HOLE && caught.value == HOLE);
    fetch(HOLE, USER);
    CHECK(61, caught.cause == FETCH_ACCESS && (caught.status & MSTATUS_MPP) == USER);
    CHECK(62, (load8(HOLE + 3, 0), caught.cause == LOAD_ACCESS && caught.value == HOLE + 3));
    CHECK(63, (load32(HOLE, 0), caught.cause == LOAD_ACCESS && caught.value == HOLE));
    CHECK(64, (store8(HOLE + 1, 1, 0), caught.cause == STORE_ACCESS && caught.value == HOLE + 1));
    CHECK(65, (store32(HOLE, 1, 0), caught.cause == STORE_ACCESS && caught.value == HOLE));
    CHECK(66, load32(HOLE, 0) == 0x5a5a);   // a load that traps writes no register
    CHECK(67, (load32((word)buffer, 0), caught.cause == NO_TRAP));
    CHECK(68, (lr_w(HOLE), caught.cause == LOAD_ACCESS && caught.value == HOLE));
}

int main(void) {
    catch_traps();
    environment_calls();
    illegal_instructions();
    privilege();
    breakpoints();
    access_faults();
    return 0;
}
