// Misaligned loads and stores are done by the hardware: every width at every offset, inside a page, across a page boundary, and across
// two pages that lie apart in physical memory. One that reaches into an unmapped page faults with that page's address.
#include "paging.h"

enum { AS_S = MSTATUS_MPRV | SUPERVISOR };

static uint8_t bytes[3 * 4096] __attribute__((aligned(4096)));

static uint8_t pattern(word i) {
    return (uint8_t)(i * 7 + (i >> 8) * 13 + 1);
}

static void fill(void) {
    for (word i = 0; i < sizeof bytes; i++) {
        bytes[i] = pattern(i);
    }
}

typedef word load(word, word);
typedef word store(word, word, word);

// Loads and stores of `width` bytes at virtual `address`; its bytes lie at `low` up to the page's end, and at `high` after it.
static void try(int number, load *load, store *store, unsigned width, word address, word low, word high, word status) {
    word within = 4096 - (address & 4095);
    for (unsigned sign = 0; sign < 2; sign++) {
        for (unsigned i = 0; i < width; i++) {
            bytes[i < within ? low + i : high + i - within] = (uint8_t)(0x11 * (i + 1)) | (sign && i == width - 1 ? 0x80 : 0);
        }
        word expected = 0;
        for (unsigned i = width; i-- > 0;) {
            expected = expected << 8 | bytes[i < within ? low + i : high + i - within];
        }
        if (width < sizeof(word) && expected >> (8 * width - 1) & 1) {
            expected |= ~(word)0 << 8 * (width % sizeof(word));
        }
        CHECK(number, load(address, status) == expected && caught.cause == NO_TRAP);
        word value = (word)0x8765432112345678ull ^ address;
        store(address, value, status);
        CHECK(number + 1, caught.cause == NO_TRAP);
        for (unsigned i = 0; i < width; i++) {
            CHECK(number + 2, bytes[i < within ? low + i : high + i - within] == (uint8_t)(value >> 8 * i));
        }
    }
}

static void all_widths(int number, word address, word low, word high, word status) {
    try(number, load16, store16, 2, address, low, high, status);
    try(number, load32, store32, 4, address, low, high, status);
#if XLEN == 64
    try(number, load64, store64, 8, address, low, high, status);
#endif
}

int main(void) {
    catch_traps();
    fill();
    for (word offset = 0; offset < 16; offset++) {
        word at = 64 + offset;
        all_widths(1, (word)bytes + at, at, 0, 0);
        at = 4096 - 8 + offset;
        all_widths(4, (word)bytes + at, at, 4096, 0);
    }
    CHECK(7, bytes[63] == pattern(63) && bytes[64 + 24] == pattern(64 + 24));

    // Pages 0 and 2 beside each other, page 1 untouched; nothing after them.
    const struct scheme *scheme = &schemes[0];
    word base = 0x00400000;
    fill();
    clear_tables();
    map(scheme, base, (word)bytes, 0, PTE_ALL);
    map(scheme, base + 4096, (word)bytes + 2 * 4096, 0, PTE_ALL);
    CHECK(8, turn_on(scheme));
    for (word offset = 1; offset < 8; offset++) {
        all_widths(10, base + 4096 - offset, 4096 - offset, 2 * 4096, AS_S);
    }
    for (word i = 4096; i < 2 * 4096; i++) {
        CHECK(13, bytes[i] == pattern(i));
    }
    word end = base + 2 * 4096;
    CHECK(14, (load32(end - 2, AS_S), caught.cause == LOAD_PAGE && caught.value == end));
    CHECK(15, (store32(end - 1, 0, AS_S), caught.cause == STORE_PAGE && caught.value == end));
    CHECK(16, (load16(end - 1, AS_S), caught.cause == LOAD_PAGE && caught.value == end));
    CHECK(17, (load32(base - 2, AS_S), caught.cause == LOAD_PAGE && caught.value == base - 2));
    CHECK(18, (store16(base - 1, 0, AS_S), caught.cause == STORE_PAGE && caught.value == base - 1));
    // Into a page that may only be read.
    map(scheme, base + 4096, (word)bytes + 2 * 4096, 0, PTE_V | PTE_R | PTE_A | PTE_D);
    flush();
    CHECK(19, (load32(base + 4094, AS_S), caught.cause == NO_TRAP));
    CHECK(20, (store32(base + 4094, 0, AS_S), caught.cause == STORE_PAGE && caught.value == base + 4096));
    turn_off();
    return 0;
}
