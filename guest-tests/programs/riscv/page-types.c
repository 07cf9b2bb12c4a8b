// Svnapot, Svpbmt and Svinval (RV64): 64 KiB ranges, memory types in a leaf, and the split invalidation instructions with their
// privileges. On RV32, which has the last alone, only that is tried.
#include "paging.h"

enum { AS_S = MSTATUS_MPRV | SUPERVISOR };

static uint32_t data[2 * 65536 / 4] __attribute__((aligned(4096)));

static word invalidates(word argument) {
    __asm__ volatile(".insn r 0x73, 0, 0x0c, x0, x0, x0");      // sfence.w.inval
    __asm__ volatile(".insn r 0x73, 0, 0x0b, x0, %0, x0" ::"r"(argument));      // sinval.vma
    __asm__ volatile(".insn r 0x73, 0, 0x0c, x0, x0, x1");      // sfence.inval.ir
    return argument;
}

static word invalidates_one(word argument) {
    __asm__ volatile(".insn r 0x73, 0, 0x0b, x0, x0, x0");
    return argument;
}

static word orders(word argument) {
    __asm__ volatile(".insn r 0x73, 0, 0x0c, x0, x0, x0\n .insn r 0x73, 0, 0x0c, x0, x0, x1");
    return argument;
}

static void invalidation(void) {
    const struct scheme *scheme = &schemes[0];
    CHECK(1, run_in(SUPERVISOR, invalidates, 3) == 3);
    CHECK(2, (run_in(USER, invalidates_one, 0), caught.cause == ILLEGAL));
    CHECK(3, (run_in(USER, orders, 0), caught.cause == ILLEGAL));
    CSR_SET(mstatus, MSTATUS_TVM);
    CHECK(4, (run_in(SUPERVISOR, invalidates_one, 0), caught.cause == ILLEGAL));
    CHECK(5, (run_in(SUPERVISOR, orders, 0), caught.cause == ECALL_S));         // TVM does not stop these two
    CSR_CLEAR(mstatus, MSTATUS_TVM);
    word base = 0x00400000;
    data[0] = 11;
    data[1024] = 22;
    clear_tables();
    map(scheme, base, (word)data, 0, PTE_ALL);
    CHECK(6, turn_on(scheme) && load32(base, AS_S) == 11);
    map(scheme, base, (word)data + 4096, 0, PTE_ALL);
    invalidates(base);
    CHECK(7, load32(base, AS_S) == 22);
    turn_off();
}

#if XLEN == 64
static void napot(void) {
    const struct scheme *scheme = &schemes[0];
    word physical = ((word)data + 65535) & ~(word)65535;
    volatile uint32_t *range = (volatile uint32_t *)physical;
    word base = 0x00400000;
    const word n = (word)1 << 63;
    clear_tables();
    for (word page = 0; page < 16; page++) {
        range[page * 1024] = 100 + (uint32_t)page;
        map(scheme, base + page * 4096, physical | 0x8000, 0, PTE_ALL | n);     // the low bits 1000 mean 64 KiB
    }
    CHECK(20, turn_on(scheme));
    for (word page = 0; page < 16; page++) {
        CHECK(21, load32(base + page * 4096, AS_S) == 100 + page && caught.cause == NO_TRAP);
        store32(base + page * 4096 + 8, (uint32_t)page, AS_S);
        CHECK(22, range[page * 1024 + 2] == page);
    }
    // Other sizes are reserved, and so is N in a superpage or a pointer.
    map(scheme, base, physical | 0x4000, 0, PTE_ALL | n);
    flush();
    CHECK(23, (load32(base, AS_S), caught.cause == LOAD_PAGE));
    map(scheme, base, physical, 0, PTE_ALL | n);
    flush();
    CHECK(24, (load32(base, AS_S), caught.cause == LOAD_PAGE));
    *entry_of(scheme, base, 1) |= n;
    flush();
    CHECK(25, (load32(base + 4096, AS_S), caught.cause == LOAD_PAGE));
    turn_off();
}

static void memory_types(void) {
    const struct scheme *scheme = &schemes[0];
    word base = 0x00400000;
    __asm__ volatile("csrs 0x30a, %0" ::"r"((word)1 << 62));        // menvcfg.PBMTE
    for (word type = 0; type < 4; type++) {
        clear_tables();
        map(scheme, base, (word)data, 0, PTE_ALL);
        *entry_of(scheme, base, 0) |= type << 61;
        data[0] = 5 + (uint32_t)type;
        CHECK(30, turn_on(scheme));
        load32(base, AS_S);
        CHECK(31, caught.cause == (type == 3 ? (word)LOAD_PAGE : NO_TRAP));     // 3 is reserved
        *entry_of(scheme, base, 0) &= ~((word)3 << 61);
        *entry_of(scheme, base, 1) |= type << 61;                               // and all but 0 in a pointer
        flush();
        load32(base, AS_S);
        CHECK(32, caught.cause == (type ? (word)LOAD_PAGE : NO_TRAP));
        turn_off();
    }
    __asm__ volatile("csrc 0x30a, %0" ::"r"((word)1 << 62));
    clear_tables();
    map(scheme, base, (word)data, 0, PTE_ALL);
    *entry_of(scheme, base, 0) |= (word)1 << 61;
    turn_on(scheme);
    CHECK(33, (load32(base, AS_S), caught.cause == LOAD_PAGE));                 // without PBMTE the bits are reserved
    turn_off();
}
#endif

int main(void) {
    catch_traps();
    invalidation();
#if XLEN == 64
    napot();
    memory_types();
#endif
    return 0;
}
