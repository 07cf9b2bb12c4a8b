// Length, copy and comparison of zero-ended strings, byte by byte. A unit: one pass over 256 strings of 0 to 127 characters.
#include "kernel.h"

enum { STRINGS = 256, LONGEST = 128 };

static char texts[STRINGS][LONGEST];
static char copies[STRINGS][LONGEST];

__attribute__((noinline)) static uint32_t length(const char *text) {
    const char *end = text;
    while (*end) {
        end++;
    }
    return (uint32_t)(end - text);
}

__attribute__((noinline)) static void copy(char *to, const char *from) {
    while ((*to++ = *from++)) {
    }
}

__attribute__((noinline)) static int compare(const char *a, const char *b) {
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

uint32_t kernel(uint32_t scale) {
    uint32_t state = 5;
    for (int i = 0; i < STRINGS; i++) {
        uint32_t characters = random32(&state) % LONGEST;
        for (uint32_t j = 0; j < characters; j++) {
            texts[i][j] = (char)('a' + random32(&state) % 26);
        }
    }
    uint32_t sum = 0;
    for (uint32_t round = 0; round < scale; round++) {
        for (int i = 0; i < STRINGS; i++) {
            copy(copies[i], texts[i]);
            uint32_t characters = length(copies[i]);
            if (characters) {
                copies[i][(round + (uint32_t)i) % characters] ^= 1;
            }
            int order = compare(copies[i], texts[i]);
            sum += characters + (order < 0 ? 3 : order > 0 ? 7 : 11);
        }
        sum = fold(sum, round);
    }
    return sum;
}
