// A and D bits. Svade (menvcfg.ADUE = 0): an access to a page with A = 0, or a store with D = 0, faults and changes nothing. Svadu
// (ADUE = 1, where the machine lets it be set): the walk sets them, A at any access, D only at a store.
#include "paging.h"

enum { AS_S = MSTATUS_MPRV | SUPERVISOR };

static word data[4096 / sizeof(word)] __attribute__((aligned(4096)));
static const word base = 0x00400000;

static word entry(void) {
    return *entry_of(&schemes[0], base, 0) & 0x3ff;
}

static void set_entry(word flags) {
    map(&schemes[0], base, (word)data, 0, flags);
    flush();
}

static int turn_hardware_update_on(void) {
#if XLEN == 64
    word bit = (word)1 << 61;
    __asm__ volatile("csrs 0x30a, %0" ::"r"(bit));     // menvcfg
    word now;
    __asm__ volatile("csrr %0, 0x30a" : "=r"(now));
#else
    word bit = (word)1 << 29;
    __asm__ volatile("csrs 0x31a, %0" ::"r"(bit));     // menvcfgh
    word now;
    __asm__ volatile("csrr %0, 0x31a" : "=r"(now));
#endif
    return (now & bit) != 0;
}

int main(void) {
    const word all = PTE_V | PTE_R | PTE_W | PTE_X;
    catch_traps();
    *(volatile uint32_t *)data = 0x00000073;            // ecall
    __asm__ volatile("fence.i");
    clear_tables();
    set_entry(all);
    CHECK(1, turn_on(&schemes[0]));

    CHECK(2, (load32(base, AS_S), caught.cause == LOAD_PAGE && caught.value == base));
    CHECK(3, (store32(base + 8, 1, AS_S), caught.cause == STORE_PAGE && caught.value == base + 8));
    CHECK(4, (fetch(base, SUPERVISOR), caught.cause == FETCH_PAGE));
    CHECK(5, entry() == all);
    set_entry(all | PTE_A);
    CHECK(6, (load32(base, AS_S), caught.cause == NO_TRAP));
    CHECK(7, (fetch(base, SUPERVISOR), caught.cause == ECALL_S));
    CHECK(8, (store32(base + 8, 1, AS_S), caught.cause == STORE_PAGE));
    CHECK(9, entry() == (all | PTE_A) && data[8 / sizeof(word)] == 0);
    set_entry(all | PTE_D);
    CHECK(10, (store32(base + 8, 1, AS_S), caught.cause == STORE_PAGE));
    set_entry(all | PTE_A | PTE_D);
    CHECK(11, (store32(base + 8, 1, AS_S), caught.cause == NO_TRAP));

    if (turn_hardware_update_on()) {
        set_entry(all);
        CHECK(20, (load32(base, AS_S), caught.cause == NO_TRAP && entry() == (all | PTE_A)));
        set_entry(all);
        CHECK(21, (fetch(base, SUPERVISOR), caught.cause == ECALL_S && entry() == (all | PTE_A)));
        set_entry(all);
        CHECK(22, (store32(base + 8, 2, AS_S), caught.cause == NO_TRAP && entry() == (all | PTE_A | PTE_D)));
        set_entry(all | PTE_A);
        CHECK(23, (load32(base, AS_S), store32(base + 8, 3, AS_S), caught.cause == NO_TRAP));
        CHECK(24, entry() == (all | PTE_A | PTE_D) && *(volatile uint32_t *)((word)data + 8) == 3);
        set_entry(PTE_V | PTE_R);
        CHECK(25, (store32(base + 8, 4, AS_S), caught.cause == STORE_PAGE && !(entry() & PTE_D)));
    }
    turn_off();
    return 0;
}
