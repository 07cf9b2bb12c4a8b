// medeleg and mideleg: a delegated trap from U or S goes to S, one from M never does; sie and sip show delegated bits only; the
// S-mode trap CSRs and sstatus.SPP, SPIE, SIE move as the manual says (privileged manual, 3.1.8 and 4.1).
#include "probe.h"

enum { SSIP = 1 << 1, STIP = 1 << 5 };

volatile struct {
    word cause, value, pc, status;
} seen;

// Records, steps over the instruction (4 bytes), returns.
extern char supervisor_handler[];
__asm__(".text\n .balign 4\n"
        "supervisor_handler:\n"
        "  csrw sscratch, t0\n"
        "  la t0, seen\n"
        "  " /* t1 is the caller's to lose: see the clobbers below */
#if XLEN == 64
        "csrr t1, scause\n sd t1, 0(t0)\n csrr t1, stval\n sd t1, 8(t0)\n"
        "csrr t1, sepc\n sd t1, 16(t0)\n csrr t1, sstatus\n sd t1, 24(t0)\n"
        "ld t1, 0(t0)\n"
#else
        "csrr t1, scause\n sw t1, 0(t0)\n csrr t1, stval\n sw t1, 4(t0)\n"
        "csrr t1, sepc\n sw t1, 8(t0)\n csrr t1, sstatus\n sw t1, 12(t0)\n"
        "lw t1, 0(t0)\n"
#endif
        "  bltz t1, 1f\n"
        "  csrr t1, sepc\n addi t1, t1, 4\n csrw sepc, t1\n"
        "  csrr t0, sscratch\n"
        "  sret\n"
        "1: csrw sie, zero\n"
        "  csrr t0, sscratch\n"
        "  sret\n");

static word breaks(word argument) {
    __asm__ volatile(".option push\n .option norvc\n ebreak\n .option pop" ::: "t1", "memory");
    return argument + 1;
}

static word reads_a_hole(word argument) {
    word value = 77;
    __asm__ volatile(".option push\n .option norvc\n lw %0, 0(%1)\n .option pop" : "+r"(value) : "r"(0x08000000) : "t1", "memory");
    return argument + value;
}

static word is_interrupted(word argument) {
    CSR_SET(sie, SSIP);
    CSR_SET(sstatus, MSTATUS_SIE);
    __asm__ volatile("nop" ::: "t1", "memory");
    CSR_CLEAR(sstatus, MSTATUS_SIE);
    return argument;
}

static word stays(word argument) {
    __asm__ volatile("nop" ::: "t1", "memory");
    return argument + 2;
}

static word reads_sip(word argument) {
    return CSR_READ(sip) + argument;
}

int main(void) {
    catch_traps();
    CSR_WRITE(mie, 0);
    CSR_WRITE(stvec, supervisor_handler);
    CSR_WRITE(mideleg, 0);
    CSR_WRITE(medeleg, 0);
    CHECK(1, CSR_READ(medeleg) == 0);
    CSR_WRITE(medeleg, 1 << BREAKPOINT | 1 << LOAD_ACCESS);
    CHECK(2, CSR_READ(medeleg) == (1 << BREAKPOINT | 1 << LOAD_ACCESS));

    seen.cause = NO_TRAP;
    CHECK(3, run_in(USER, breaks, 10) == 11);
    CHECK(4, caught.cause == ECALL_U);
    CHECK(5, seen.cause == BREAKPOINT && seen.pc >= (word)breaks && seen.pc < (word)breaks + 16);
    CHECK(6, !(seen.status & MSTATUS_SPP) && !(seen.status & MSTATUS_SIE));
    seen.cause = NO_TRAP;
    CHECK(7, run_in(SUPERVISOR, breaks, 20) == 21);
    CHECK(8, seen.cause == BREAKPOINT && (seen.status & MSTATUS_SPP));
    CHECK(9, run_in(SUPERVISOR, reads_a_hole, 1) == 78);
    CHECK(10, seen.cause == LOAD_ACCESS && seen.value == 0x08000000);
    seen.cause = NO_TRAP;
    run_in(MACHINE, breaks, 0);         // from M it stays in M
    CHECK(11, caught.cause == BREAKPOINT && seen.cause == NO_TRAP);
    CSR_WRITE(medeleg, 0);
    run_in(USER, breaks, 0);
    CHECK(12, caught.cause == BREAKPOINT && seen.cause == NO_TRAP);

    // Interrupts.
    CSR_WRITE(mie, ~(word)0);
    CHECK(13, CSR_READ(sie) == 0);      // nothing is delegated: nothing shows
    CSR_WRITE(mie, 0);
    CSR_SET(mip, SSIP | STIP);
    CHECK(14, run_in(SUPERVISOR, reads_sip, 0) == 0);
    CSR_WRITE(mideleg, SSIP);
    CHECK(15, run_in(SUPERVISOR, reads_sip, 0) == SSIP);
    CSR_CLEAR(mip, STIP);
    seen.cause = NO_TRAP;
    CSR_SET(mie, SSIP);
    CSR_SET(mstatus, MSTATUS_MIE);      // delegated: M itself is never interrupted by it
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    CHECK(16, seen.cause == NO_TRAP);
    CSR_WRITE(mie, 0);
    CHECK(17, run_in(SUPERVISOR, stays, 5) == 7 && seen.cause == NO_TRAP);
    CHECK(18, run_in(SUPERVISOR, is_interrupted, 9) == 9);
    CHECK(19, seen.cause == (INTERRUPT | 1) && (seen.status & MSTATUS_SPP) && (seen.status & MSTATUS_SPIE));
    CHECK(20, !(seen.status & MSTATUS_SIE));
    seen.cause = NO_TRAP;
    CSR_CLEAR(mstatus, MSTATUS_SIE);
    CSR_SET(mie, SSIP);
    CHECK(21, run_in(SUPERVISOR, stays, 5) == 7 && seen.cause == NO_TRAP);     // S with SIE = 0
    CHECK(22, run_in(USER, stays, 6) == 8);
    CHECK(23, seen.cause == (INTERRUPT | 1) && !(seen.status & MSTATUS_SPP));   // U is below S: always taken
    return 0;
}
