// Quicksort of 65,536 random words. A unit: fill and sort once.
#include "kernel.h"

enum { COUNT = 65536, SHORT = 12 };

static uint32_t words[COUNT];

static void insertion_sort(uint32_t *low, uint32_t *high) {
    for (uint32_t *i = low + 1; i <= high; i++) {
        uint32_t word = *i;
        uint32_t *j = i;
        for (; j > low && j[-1] > word; j--) {
            *j = j[-1];
        }
        *j = word;
    }
}

static void exchange(uint32_t *a, uint32_t *b) {
    uint32_t word = *a;
    *a = *b;
    *b = word;
}

// Median of three, Hoare's partition, recursion into the smaller part only.
static void quicksort(uint32_t *low, uint32_t *high) {
    while (high - low > SHORT) {
        uint32_t *middle = low + (high - low) / 2;
        if (*middle < *low) {
            exchange(middle, low);
        }
        if (*high < *low) {
            exchange(high, low);
        }
        if (*high < *middle) {
            exchange(high, middle);
        }
        uint32_t pivot = *middle;
        uint32_t *i = low;
        uint32_t *j = high;
        while (i <= j) {
            while (*i < pivot) {
                i++;
            }
            while (*j > pivot) {
                j--;
            }
            if (i <= j) {
                exchange(i++, j--);
            }
        }
        if (j - low < high - i) {
            quicksort(low, j);
            low = i;
        } else {
            quicksort(i, high);
            high = j;
        }
    }
    insertion_sort(low, high);
}

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
