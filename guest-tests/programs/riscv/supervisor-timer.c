// Sstc: stimecmp raises STIP by itself, where menvcfg.STCE and mcounteren.TM let S-mode have it; STIP in mip is then read-only.
#include "probe.h"

#define STIMECMP "0x14d"
#define STIMECMPH "0x15d"

enum { STIP = 1 << 5, TM = 1 << 1 };

static void set_enable(int on) {
#if XLEN == 64
    word bit = (word)1 << 63;
    if (on) {
        __asm__ volatile("csrs 0x30a, %0" ::"r"(bit));     // menvcfg
    } else {
        __asm__ volatile("csrc 0x30a, %0" ::"r"(bit));
    }
#else
    word bit = (word)1 << 31;
    if (on) {
        __asm__ volatile("csrs 0x31a, %0" ::"r"(bit));     // menvcfgh
    } else {
        __asm__ volatile("csrc 0x31a, %0" ::"r"(bit));
    }
#endif
}

static void set_stimecmp(uint64_t value) {
#if XLEN == 32
    __asm__ volatile("csrw " STIMECMPH ", %0" ::"r"((word)~0));
    __asm__ volatile("csrw " STIMECMP ", %0" ::"r"((word)value));
    __asm__ volatile("csrw " STIMECMPH ", %0" ::"r"((word)(value >> 32)));
#else
    __asm__ volatile("csrw " STIMECMP ", %0" ::"r"((word)value));
#endif
}

static word reads_stimecmp(word argument) {
    word value;
    __asm__ volatile("csrr %0, " STIMECMP : "=r"(value));
    return value + argument;
}

static volatile word cause;

__attribute__((interrupt("supervisor"), aligned(4))) static void on_tick(void) {
    cause = CSR_READ(scause);
    set_stimecmp(~0ull);
}

static word waits_for_a_tick(word argument) {
    CSR_WRITE(stvec, on_tick);
    CSR_SET(sie, STIP);
    set_stimecmp(CSR_READ(time) + 20);
    CSR_SET(sstatus, MSTATUS_SIE);
    while (cause == 0) {
    }
    CSR_CLEAR(sstatus, MSTATUS_SIE);
    return CSR_READ(sip) & STIP ? 0 : argument;
}

int main(void) {
    catch_traps();
    CSR_WRITE(mie, 0);
    CSR_WRITE(mcounteren, 7);
    set_enable(0);
    CHECK(1, (run_in(SUPERVISOR, reads_stimecmp, 0), caught.cause == ILLEGAL));
    CSR_SET(mip, STIP);                 // without STCE it is an ordinary bit
    CHECK(2, CSR_READ(mip) & STIP);
    CSR_CLEAR(mip, STIP);
    CHECK(3, !(CSR_READ(mip) & STIP));

    set_enable(1);
    set_stimecmp(~0ull);
    CHECK(4, !(CSR_READ(mip) & STIP));
    CSR_SET(mip, STIP);
    CHECK(5, !(CSR_READ(mip) & STIP));  // read-only now
    set_stimecmp(0);
    CHECK(6, CSR_READ(mip) & STIP);
    CSR_CLEAR(mip, STIP);
    CHECK(7, CSR_READ(mip) & STIP);
    set_stimecmp(~0ull);
    CHECK(8, run_in(SUPERVISOR, reads_stimecmp, 1) == 0 && caught.cause == ECALL_S);
    CHECK(9, (run_in(USER, reads_stimecmp, 0), caught.cause == ILLEGAL));
    CSR_CLEAR(mcounteren, TM);
    CHECK(10, (run_in(SUPERVISOR, reads_stimecmp, 0), caught.cause == ILLEGAL));
    CSR_SET(mcounteren, TM);

    CSR_WRITE(mideleg, STIP);
    CHECK(11, run_in(SUPERVISOR, waits_for_a_tick, 5) == 5);
    CHECK(12, caught.cause == ECALL_S && cause == (INTERRUPT | 5));
    return 0;
}
