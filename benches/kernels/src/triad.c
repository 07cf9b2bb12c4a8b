// a[i] = b[i] + factor * c[i] over arrays that lie exactly 4 MiB apart (double): the same set of a direct-mapped TLB or cache three
// times. A unit: 128 KiB of each array.
#include "kernel.h"

enum { APART_BYTES = 4 << 20, ELEMENTS = APART_BYTES / sizeof(double), UNIT = 16384 };

static struct {
    double a[ELEMENTS], b[ELEMENTS], c[ELEMENTS];
} arrays __attribute__((aligned(4096)));

uint32_t kernel(uint32_t scale) {
    uint32_t units = scale < ELEMENTS / UNIT ? scale : ELEMENTS / UNIT;
    for (uint32_t i = 0; i < units * UNIT; i++) {
        arrays.b[i] = (double)i;
        arrays.c[i] = 1.0 / 3 + (double)i;
    }
    double factor = 0.75;
    for (uint32_t unit = 0; unit < scale; unit++) {
        uint32_t from = unit % units * UNIT;
        for (uint32_t i = from; i < from + UNIT; i++) {
            arrays.a[i] = arrays.b[i] + factor * arrays.c[i];
        }
        factor += 0.125;
    }
    uint32_t sum = 0;
    for (uint32_t i = 0; i < units * UNIT; i += 509) {
        sum = fold_double(sum, arrays.a[i]);
    }
    return sum;
}
