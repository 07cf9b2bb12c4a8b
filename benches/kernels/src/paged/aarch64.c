// Runs main() at EL1 behind page tables, RAM mapped where it lies by pages of 4 KiB: what translation costs. Linked in with
// -Wl,--wrap=main; crt0's part before and behind main stays without.
#include <stdint.h>

enum { PAGE = 4096, ENTRIES = 512, LEAVES = 16 };

// Level 3: valid page, AttrIndx 0, inner shareable, accessed; read and written at EL1 only.
#define PAGE_ENTRY 0x703ull
#define TABLE 3ull
// Attr0 is normal memory, write-back; the rest are devices.
#define MAIR 0xffull
// T0SZ 25: 39 bits, so that the walk begins at level 1; 4 KiB granule, write-back tables; TTBR1 is off (EPD1).
#define TCR (25ull | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23)
// SCTLR_EL1: M, C and I.
#define SCTLR (1ull | 1 << 2 | 1 << 12)

static uint64_t tables[2 + LEAVES][ENTRIES] __attribute__((aligned(PAGE)));

int __real_main(void);

int __wrap_main(void) {
    // The first 32 MiB of RAM: crt0 and main use no more.
    const uint64_t base = 0x40000000;
    tables[0][base >> 30] = (uint64_t)tables[1] | TABLE;
    for (int leaf = 0; leaf < LEAVES; leaf++) {
        tables[1][leaf] = (uint64_t)tables[2 + leaf] | TABLE;
        for (int page = 0; page < ENTRIES; page++) {
            tables[2 + leaf][page] = (base + ((uint64_t)leaf * ENTRIES + page) * PAGE) | PAGE_ENTRY;
        }
    }
    uint64_t old;
    __asm__ volatile("mrs %0, sctlr_el1" : "=r"(old));
    __asm__ volatile("msr mair_el1, %0" ::"r"(MAIR));
    __asm__ volatile("msr tcr_el1, %0" ::"r"(TCR));
    __asm__ volatile("msr ttbr0_el1, %0" ::"r"(tables[0]));
    __asm__ volatile("dsb ish\ntlbi vmalle1\ndsb ish\nisb" ::: "memory");
    __asm__ volatile("msr sctlr_el1, %0\nisb" ::"r"(old | SCTLR) : "memory");
    int result = __real_main();
    __asm__ volatile("msr sctlr_el1, %0\nisb" ::"r"(old) : "memory");
    return result;
}
