// Exceptions and time: an SVC that a handler answers, then five interrupts of the virtual timer, a millisecond of guest time apart. What
// it prints is the instruction counter at each: the clock is instructions, so the numbers never change.
#include "runtime.h"

enum { TICKS = 5, PERIODS_PER_SECOND = 1000 };

// GICv2: the distributor, and the interface of this processor.
static volatile uint32_t *const distributor = (volatile uint32_t *)0x08000000;
static volatile uint32_t *const interface = (volatile uint32_t *)0x08010000;

enum { GICD_CTLR = 0, GICD_ISENABLER0 = 0x100 / 4 };
enum { GICC_CTLR = 0, GICC_PMR = 1, GICC_IAR = 3, GICC_EOIR = 4 };
enum { VIRTUAL_TIMER = 27 };

static volatile unsigned ticks;
static volatile unsigned long calls, counter[TICKS];
static unsigned long period, next;

// Both handlers return to what they have interrupted, with its registers.
__asm__(".section .text.demo_vectors, \"ax\", @progbits\n"
        "    .balign 0x800\n"
        "demo_vectors:\n"
        "    .skip 0x200\n"
        "    ldr x18, =on_call\n"
        "    b around\n"
        "    .balign 0x80\n"
        "    b interrupted\n"
        "    .skip 0x800 - 0x284\n"
        "interrupted:\n"
        "    stp x18, xzr, [sp, #-16]!\n"
        "    ldr x18, =on_interrupt\n"
        "    b 1f\n"
        "around:\n"
        "    stp x18, xzr, [sp, #-16]!\n"
        "1:  stp x0, x1, [sp, #-160]!\n"
        "    stp x2, x3, [sp, #16]\n"
        "    stp x4, x5, [sp, #32]\n"
        "    stp x6, x7, [sp, #48]\n"
        "    stp x8, x9, [sp, #64]\n"
        "    stp x10, x11, [sp, #80]\n"
        "    stp x12, x13, [sp, #96]\n"
        "    stp x14, x15, [sp, #112]\n"
        "    stp x16, x17, [sp, #128]\n"
        "    stp x29, x30, [sp, #144]\n"
        "    blr x18\n"
        "    ldp x29, x30, [sp, #144]\n"
        "    ldp x16, x17, [sp, #128]\n"
        "    ldp x14, x15, [sp, #112]\n"
        "    ldp x12, x13, [sp, #96]\n"
        "    ldp x10, x11, [sp, #80]\n"
        "    ldp x8, x9, [sp, #64]\n"
        "    ldp x6, x7, [sp, #48]\n"
        "    ldp x4, x5, [sp, #32]\n"
        "    ldp x2, x3, [sp, #16]\n"
        "    ldp x0, x1, [sp], #160\n"
        "    ldp x18, xzr, [sp], #16\n"
        "    eret\n"
        "    .pool\n"
        "    .text\n");

__attribute__((used)) static void on_call(void) {
    calls++;
}

__attribute__((used)) static void on_interrupt(void) {
    uint32_t acknowledged = interface[GICC_IAR];
    if (ticks < TICKS) {
        counter[ticks] = retired();
    }
    ticks++;
    next += period;
    __asm__ volatile("msr cntv_cval_el0, %0" ::"r"(ticks < TICKS ? next : ~0ul));
    __asm__ volatile("isb" ::: "memory");
    interface[GICC_EOIR] = acknowledged;
}

int main(void) {
    extern char demo_vectors[];
    retired();
    __asm__ volatile("msr vbar_el1, %0\n isb" ::"r"(demo_vectors));
    __asm__ volatile("svc #0" ::: "x18", "memory");
    put_text("The handler answered ");
    put_unsigned(calls);
    put_text(" supervisor call.\n");

    unsigned long frequency;
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
    __asm__ volatile("isb\n mrs %0, cntvct_el0" : "=r"(next));
    period = frequency / PERIODS_PER_SECOND;
    next += period;
    distributor[GICD_CTLR] = 1;
    distributor[GICD_ISENABLER0] = 1u << VIRTUAL_TIMER;
    interface[GICC_PMR] = 0xff;
    interface[GICC_CTLR] = 1;
    __asm__ volatile("msr cntv_cval_el0, %0" ::"r"(next));
    __asm__ volatile("msr cntv_ctl_el0, %0" ::"r"(1ul));
    __asm__ volatile("isb\n msr daifclr, #2" ::: "memory");
    while (ticks < TICKS) {
    }
    __asm__ volatile("msr daifset, #2" ::: "memory");
    for (unsigned i = 0; i < TICKS; i++) {
        put_text("tick ");
        put_unsigned(i + 1);
        put_text(" at instruction ");
        put_unsigned(counter[i]);
        put_text("\n");
    }
    return calls == 1 ? 0 : 1;
}
