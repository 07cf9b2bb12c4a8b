// Quicksort of words, for the kernel and for the demonstration program.
#ifndef QUICKSORT_H
#define QUICKSORT_H

#include <stdint.h>

// Parts of at most so many words are left to insertion sort.
enum { SHORT = 12 };

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

#endif
