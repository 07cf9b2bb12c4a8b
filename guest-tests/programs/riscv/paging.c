// Address translation by Sv32, or by Sv39, Sv48 and Sv57: pages and superpages of every level, at low and high addresses; and each
// way in which a walk ends in a page fault. Accesses are tried from M-mode with MPRV, fetches in S-mode.
#include "paging.h"

static word data[2][4096 / sizeof(word)] __attribute__((aligned(4096)));
static uint32_t code[1024] __attribute__((aligned(4096)));

enum { AS_S = MSTATUS_MPRV | SUPERVISOR };

static void faults_everywhere(int number, word address) {
    CHECK(number, (load8(address, AS_S), caught.cause == LOAD_PAGE && caught.value == address));
    CHECK(number, (store8(address, 1, AS_S), caught.cause == STORE_PAGE && caught.value == address));
    CHECK(number, (fetch(address & ~(word)1, SUPERVISOR), caught.cause == FETCH_PAGE && caught.value == (address & ~(word)1)));
    CHECK(number, caught.pc == (address & ~(word)1) && (caught.status & MSTATUS_MPP) == SUPERVISOR);
}

// The bits of an address that translation uses; those above must equal the highest of them.
static int address_bits(const struct scheme *scheme) {
    return 12 + scheme->bits * scheme->levels;
}

// One leaf per level over the same physical memory: RAM starts at 2 GiB, so level 3 and above map from physical 0.
static void superpages(const struct scheme *scheme, word base) {
    for (int level = 0; level < scheme->levels; level++) {
        word bytes = page_bytes(scheme, level);
        word offset = (word)data[0] & (bytes - 1);
        clear_tables();
        map(scheme, base, (word)data[0] - offset, level, PTE_ALL);
        CHECK(10, turn_on(scheme));
        data[0][5] = 1000 + (word)level;
        CHECK(11, load32(base + offset + 5 * sizeof(word), AS_S) == 1000 + (word)level);
        CHECK(12, caught.cause == NO_TRAP);
        store32(base + offset + 4, 77 + (word)level, AS_S);
        CHECK(13, caught.cause == NO_TRAP && ((volatile uint32_t *)data[0])[1] == 77 + (word)level);
        offset = (word)code & (bytes - 1);
        map(scheme, base, (word)code - offset, level, PTE_ALL);
        flush();
        fetch(base + offset, SUPERVISOR);
        CHECK(14, caught.cause == ECALL_S && caught.pc == base + offset);
        turn_off();

        // A superpage must be aligned to its size.
        if (level > 0) {
            map(scheme, base, ((word)code & ~(bytes - 1)) + bytes / 2, level, PTE_ALL);
            turn_on(scheme);
            faults_everywhere(15, base + 4);
            turn_off();
        }
    }
}

// Entries that no walk may pass.
static void invalid_entries(const struct scheme *scheme) {
    word base = 0x00400000;
    for (int level = 0; level < scheme->levels; level++) {
        clear_tables();
        word *entry = entry_of(scheme, base, level);
        word physical = page_bytes(scheme, level) > 0x80000000u ? 0 : (word)0x80000000u;
        turn_on(scheme);
        *entry = physical >> 12 << 10 | (PTE_ALL & ~PTE_V);
        flush();
        faults_everywhere(20, base);
        *entry = physical >> 12 << 10 | PTE_V | PTE_W | PTE_A | PTE_D;                 // W without R is reserved
        flush();
        faults_everywhere(21, base);
        *entry = physical >> 12 << 10 | PTE_V | PTE_W | PTE_X | PTE_A | PTE_D;
        flush();
        faults_everywhere(22, base);
        if (level == 0) {
            *entry = (word)tables[TABLES - 1] >> 12 << 10 | PTE_V;                      // a pointer at the last level
            flush();
            faults_everywhere(23, base);
        } else {
            static const word reserved[] = {PTE_A, PTE_D, PTE_U};                       // these must be 0 in a pointer
            for (int i = 0; i < 3; i++) {
                clear_tables();
                map(scheme, base, (word)data[0], 0, PTE_ALL);
                flush();
                CHECK(24, (load8(base, AS_S), caught.cause == NO_TRAP));
                *entry_of(scheme, base, level) |= reserved[i];
                flush();
                faults_everywhere(25, base);
            }
        }
#if XLEN == 64
        for (int bit = 54; bit <= 60; bit++) {                                          // reserved in leaves and pointers
            clear_tables();
            map(scheme, base, physical, level, PTE_ALL);
            *entry_of(scheme, base, level) |= (word)1 << bit;
            flush();
            faults_everywhere(26, base);
        }
#endif
        turn_off();
    }
}

#if XLEN == 64
// Addresses whose upper bits are not all equal.
static void not_canonical(const struct scheme *scheme) {
    clear_tables();
    int bits = address_bits(scheme);
    map(scheme, 0x00400000, (word)data[0], 0, PTE_ALL);
    turn_on(scheme);
    CHECK(30, (load8(0x00400000, AS_S), caught.cause == NO_TRAP));
    faults_everywhere(31, 0x00400000 | (word)1 << bits);
    faults_everywhere(32, 0x00400000 | (word)1 << 63);
    faults_everywhere(33, 0x00400000 | (word)1 << (bits - 1));
    turn_off();
}
#endif

// A changed entry is used after SFENCE.VMA; satp = 0 and M-mode see physical addresses.
static void changes(const struct scheme *scheme) {
    word base = 0x00400000;
    clear_tables();
    data[0][0] = 11;
    data[1][0] = 22;
    map(scheme, base, (word)data[0], 0, PTE_ALL);
    turn_on(scheme);
    CHECK(40, load32(base, AS_S) == 11);
    map(scheme, base, (word)data[1], 0, PTE_ALL);
    flush();
    CHECK(41, load32(base, AS_S) == 22);
    map(scheme, base, (word)data[0], 0, PTE_ALL);
    __asm__ volatile("sfence.vma %0, zero" ::"r"(base) : "memory");
    CHECK(42, load32(base, AS_S) == 11);
    CHECK(43, load32((word)data[1], 0) == 22 && caught.cause == NO_TRAP);               // M-mode without MPRV
    CHECK(44, (load32((word)data[1], MSTATUS_MPRV | MACHINE), caught.cause == NO_TRAP));
    CHECK(45, (load32((word)data[1], AS_S), caught.cause == LOAD_PAGE));
    *entry_of(scheme, base, 0) = 0;
    flush();
    faults_everywhere(46, base);
    turn_off();
    CHECK(47, load32((word)data[1], AS_S) == 22);
    CHECK(48, (load32((word)data[1], MSTATUS_MPRV | USER), caught.cause == NO_TRAP));
}

int main(void) {
    catch_traps();
    code[0] = 0x00000073;                // ecall
    __asm__ volatile("fence.i");
    for (int i = 0; i < SCHEMES; i++) {
        const struct scheme *scheme = &schemes[i];
        word high = XLEN == 32 ? (word)0xc0000000 : ~(word)0 << (address_bits(scheme) - 1);
        superpages(scheme, 0);
        superpages(scheme, high);
        invalid_entries(scheme);
#if XLEN == 64
        not_canonical(scheme);
#endif
        changes(scheme);
    }
    // A mode that does not exist leaves satp as it was.
#if XLEN == 64
    CSR_WRITE(satp, (word)5 << 60 | 1);
    CHECK(60, CSR_READ(satp) == 0);
#endif
    return 0;
}
