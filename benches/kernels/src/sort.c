// Quicksort of 65,536 random words. A unit: fill and sort once.
#include "kernel.h"
#include "quicksort.h"

enum { COUNT = 65536 };

static uint32_t words[COUNT];

uint32_t kernel(uint32_t scale) {
    uint32_t state = 1;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < scale; round++) {
        for (int i = 0; i < COUNT; i++) {
            words[i] = random32(&state);
        }
        quicksort(words, words + COUNT - 1);
        for (int i = 1; i < COUNT; i++) {
            sum += words[i - 1] > words[i];
        }
        sum = fold(sum, words[0]);
        sum = fold(sum, words[COUNT / 3]);
        sum = fold(sum, words[COUNT - 1]);
    }
    return sum;
}
