// Page tables for the self-checking programs: one description of Sv32, Sv39, Sv48 and Sv57 (privileged manual, 4.3 to 4.6).
#ifndef PAGING_H
#define PAGING_H

#include "probe.h"

enum { PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_G = 32, PTE_A = 64, PTE_D = 128 };

/// A leaf that allows all to S-mode and needs no update.
enum { PTE_ALL = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D };

/// One translation scheme: how satp names it, its levels, and the bits of page number per level.
struct scheme {
    word satp_mode;
    int levels;
    int bits;
};

#if XLEN == 64
static const struct scheme schemes[] = {{8, 3, 9}, {9, 4, 9}, {10, 5, 9}};
enum { SCHEMES = 3, ENTRIES = 512, TABLES = 24 };
#define SATP(scheme, table) ((scheme)->satp_mode << 60 | (word)(table) >> 12)
#else
static const struct scheme schemes[] = {{1, 2, 10}};
enum { SCHEMES = 1, ENTRIES = 1024, TABLES = 12 };
#define SATP(scheme, table) ((scheme)->satp_mode << 31 | (word)(table) >> 12)
#endif

static word tables[TABLES][ENTRIES] __attribute__((aligned(4096)));
static int tables_used;

/// The bytes that a leaf at `level` maps; level 0 is the 4 KiB page.
static inline word page_bytes(const struct scheme *scheme, int level) {
    return (word)4096 << scheme->bits * level;
}

/// Forgets all mappings; tables[0] is the root again.
static inline void clear_tables(void) {
    for (int table = 0; table < TABLES; table++) {
        for (int entry = 0; entry < ENTRIES; entry++) {
            tables[table][entry] = 0;
        }
    }
    tables_used = 1;
}

/// Where the entry of `address` at `level` stands; tables on the way are made.
static inline word *entry_of(const struct scheme *scheme, word address, int level) {
    word *table = tables[0];
    for (int at = scheme->levels - 1;; at--) {
        word *entry = table + (address >> (12 + scheme->bits * at) & (ENTRIES - 1));
        if (at == level) {
            return entry;
        }
        if (!(*entry & PTE_V)) {
            CHECK(119, tables_used < TABLES);
            *entry = (word)tables[tables_used++] >> 12 << 10 | PTE_V;
        }
        table = (word *)(*entry >> 10 << 12);
    }
}

static inline void map(const struct scheme *scheme, word address, word physical, int level, word flags) {
    *entry_of(scheme, address, level) = physical >> 12 << 10 | flags;
}

static inline void flush(void) {
    __asm__ volatile("sfence.vma" ::: "memory");
}

/// Switches satp on; says whether the machine has the scheme.
static inline int turn_on(const struct scheme *scheme) {
    CSR_WRITE(satp, SATP(scheme, tables[0]));
    flush();
    return CSR_READ(satp) == SATP(scheme, tables[0]);
}

static inline void turn_off(void) {
    CSR_WRITE(satp, 0);
    flush();
}

#endif
