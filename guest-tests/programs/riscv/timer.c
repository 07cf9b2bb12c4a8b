// The CLINT's timer: mtime runs, mtimecmp raises and clears MTIP, the interrupt is taken exactly when it should be. Prints how many
// instructions retired from one interrupt to the next; at 100 instructions a tick (emu; QEMU with -icount shift=0) that is 1000.
#include "probe.h"

#define CLINT 0x02000000ul

enum { MTIE = 1 << 7, TICKS = 8, PERIOD = 10 };

static uint64_t mtime(void) {
#if XLEN == 64
    return *(volatile uint64_t *)(CLINT + 0xbff8);
#else
    volatile uint32_t *at = (volatile uint32_t *)(CLINT + 0xbff8);
    for (;;) {
        uint32_t high = at[1], low = at[0];
        if (at[1] == high) {
            return (uint64_t)high << 32 | low;
        }
    }
#endif
}

static void set_mtimecmp(uint64_t value) {
#if XLEN == 64
    *(volatile uint64_t *)(CLINT + 0x4000) = value;
#else
    volatile uint32_t *at = (volatile uint32_t *)(CLINT + 0x4000);
    at[1] = ~0u;                        // never an early match in between
    at[0] = (uint32_t)value;
    at[1] = (uint32_t)(value >> 32);
#endif
}

static volatile int ticks;
static volatile word at[TICKS];
static volatile word cause;
static uint64_t next;

__attribute__((interrupt("machine"), aligned(4))) static void on_tick(void) {
    word now = CSR_READ(minstret);
    cause = CSR_READ(mcause);
    if (ticks < TICKS) {
        at[ticks] = now;
    }
    ticks++;
    next += PERIOD;
    set_mtimecmp(ticks < TICKS ? next : ~0ull);
}

int main(void) {
    // Everything off: the line follows the comparison, level by level.
    CSR_WRITE(mie, 0);
    set_mtimecmp(~0ull);
    CHECK(1, !(CSR_READ(mip) & MTIE));
    set_mtimecmp(0);
    CHECK(2, CSR_READ(mip) & MTIE);
    CSR_CLEAR(mip, MTIE);
    CHECK(3, CSR_READ(mip) & MTIE);     // MTIP is read-only
    set_mtimecmp(~0ull);
    CHECK(4, !(CSR_READ(mip) & MTIE));
    uint64_t before = mtime();
    while (mtime() == before) {
    }
    CHECK(5, mtime() > before);
    word earlier = (word)mtime();       // the CSR `time` is the same clock
    word between = CSR_READ(time);
    word later = (word)mtime();
    CHECK(6, between - earlier <= later - earlier);

    // Interrupts at a fixed period, in a loop of one-instruction steps.
    CSR_WRITE(mtvec, on_tick);
    CSR_WRITE(mie, MTIE);
    next = mtime() + PERIOD;
    set_mtimecmp(next);
    CSR_SET(mstatus, MSTATUS_MIE);
    while (ticks < TICKS) {
        __asm__ volatile("nop\n nop\n nop\n nop\n");
    }
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    CHECK(7, cause == (INTERRUPT | 7));
    CHECK(8, ticks == TICKS);
    for (int i = 1; i < TICKS; i++) {
        put_unsigned(at[i] - at[i - 1]);
        put_char(i == TICKS - 1 ? '\n' : ' ');
    }

    // WFI comes back when the timer is due, also with interrupts off in mstatus.
    next = mtime() + 1000;
    set_mtimecmp(next);
    while (!(CSR_READ(mip) & MTIE)) {
        __asm__ volatile("wfi");
    }
    CHECK(9, mtime() >= next);
    CHECK(10, ticks == TICKS);
    return 0;
}
