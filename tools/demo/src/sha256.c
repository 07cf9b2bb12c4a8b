// SHA-256 of the three messages that FIPS 180-2 gives, the last one a million times the letter a.
#include "runtime.h"
#include "sha256.h"

static uint32_t digest[8];
static uint32_t block[16];
static unsigned used;
static uint32_t length_bytes;

static void begin(void) {
    static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    for (int i = 0; i < 8; i++) {
        digest[i] = initial[i];
    }
    used = 0;
    length_bytes = 0;
}

static void add(uint8_t byte) {
    unsigned shift = 24 - used % 4 * 8;
    block[used / 4] = (block[used / 4] & ~(0xffu << shift)) | (uint32_t)byte << shift;
    if (++used == 64) {
        compress(digest, block);
        used = 0;
    }
}

static void add_text(const char *text) {
    while (*text) {
        add((uint8_t)*text++);
        length_bytes++;
    }
}

static void end(void) {
    add(0x80);
    while (used != 56) {
        add(0);
    }
    block[14] = length_bytes >> 29;
    block[15] = length_bytes << 3;
    compress(digest, block);
}

static int show(const char *name, uint32_t first, uint32_t last) {
    end();
    for (int i = 0; i < 8; i++) {
        for (int shift = 28; shift >= 0; shift -= 4) {
            put_char("0123456789abcdef"[digest[i] >> shift & 15]);
        }
    }
    put_text("  ");
    put_text(name);
    put_text("\n");
    return digest[0] == first && digest[7] == last;
}

int main(void) {
    int right = 1;
    begin();
    add_text("abc");
    right &= show("abc", 0xba7816bf, 0xf20015ad);
    begin();
    add_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
    right &= show("abcdbcdecdef...", 0x248d6a61, 0x19db06c1);
    begin();
    for (int i = 0; i < 100000; i++) {
        add_text("aaaaaaaaaa");
    }
    right &= show("a, a million times", 0xcdc76e5c, 0xc7112cd0);
    put_text(right ? "All three as published.\n" : "WRONG\n");
    return right ? 0 : 1;
}
