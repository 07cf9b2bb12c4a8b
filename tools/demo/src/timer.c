// Traps and time: an ECALL that a handler answers, then five timer interrupts, a millisecond of guest time apart. What it prints is the
// instruction counter at each: the clock is instructions, so the numbers never change.
#include "runtime.h"

#define CLINT 0x02000000ul

enum { TICKS = 5, PERIOD = 10000 };     // ticks of the 10 MHz clock

enum { MIE = 1 << 3, MTIE = 1 << 7 };

static volatile unsigned ticks;
static volatile unsigned long calls, counter[TICKS];
static uint64_t next;

#if __riscv_xlen == 64
static uint64_t mtime(void) {
    return *(volatile uint64_t *)(CLINT + 0xbff8);
}

static void set_mtimecmp(uint64_t time) {
    *(volatile uint64_t *)(CLINT + 0x4000) = time;
}
#else
static uint64_t mtime(void) {
    volatile uint32_t *at = (volatile uint32_t *)(CLINT + 0xbff8);
    uint32_t high, low;
    do {
        high = at[1];
        low = at[0];
    } while (at[1] != high);
    return (uint64_t)high << 32 | low;
}

static void set_mtimecmp(uint64_t time) {
    volatile uint32_t *at = (volatile uint32_t *)(CLINT + 0x4000);
    at[1] = ~0u;                        // never an early match in between
    at[0] = (uint32_t)time;
    at[1] = (uint32_t)(time >> 32);
}
#endif

__attribute__((interrupt("machine"), aligned(4))) static void on_trap(void) {
    unsigned long cause;
    __asm__ volatile("csrr %0, mcause" : "=r"(cause));
    if ((long)cause < 0) {
        if (ticks < TICKS) {
            counter[ticks] = retired();
        }
        ticks++;
        next += PERIOD;
        set_mtimecmp(ticks < TICKS ? next : ~0ull);
    } else {
        unsigned long pc;
        calls++;
        __asm__ volatile("csrr %0, mepc" : "=r"(pc));
        __asm__ volatile("csrw mepc, %0" ::"r"(pc + 4));
    }
}

int main(void) {
    __asm__ volatile("csrw mtvec, %0" ::"r"(on_trap));
    __asm__ volatile("ecall" ::: "memory");
    put_text("The handler answered ");
    put_unsigned(calls);
    put_text(" environment call.\n");

    next = mtime() + PERIOD;
    set_mtimecmp(next);
    __asm__ volatile("csrs mie, %0" ::"r"(MTIE));
    __asm__ volatile("csrs mstatus, %0" ::"r"(MIE) : "memory");
    while (ticks < TICKS) {
    }
    __asm__ volatile("csrc mstatus, %0" ::"r"(MIE) : "memory");
    for (unsigned i = 0; i < TICKS; i++) {
        put_text("tick ");
        put_unsigned(i + 1);
        put_text(" at instruction ");
        put_unsigned(counter[i]);
        put_text("\n");
    }
    return calls == 1 ? 0 : 1;
}
