// SHA-256 (FIPS 180-4) over a message of 4 KiB. A unit: one message, whose first word is the previous digest's.
#include "kernel.h"
#include "sha256.h"

enum { BLOCKS = 64 };

static uint32_t message[BLOCKS * 16];

uint32_t kernel(uint32_t scale) {
    uint32_t state = 3;
    for (int i = 0; i < BLOCKS * 16; i++) {
        message[i] = random32(&state);
    }
    uint32_t sum = 0;
    for (uint32_t round = 0; round < scale; round++) {
        uint32_t digest[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
        uint32_t padding[16] = {0x80000000, [15] = BLOCKS * 512};
        for (int block = 0; block < BLOCKS; block++) {
            compress(digest, message + block * 16);
        }
        compress(digest, padding);
        message[0] = digest[0];
        for (int i = 0; i < 8; i++) {
            sum = fold(sum, digest[i]);
        }
    }
    return sum;
}
