// Product of two 96 x 96 matrices of words, row by column. A unit: one product, which is the next one's left factor.
#include "kernel.h"

enum { N = 96 };

static uint32_t left[N][N], right[N][N], product[N][N];

uint32_t kernel(uint32_t scale) {
    uint32_t state = 4;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            left[i][j] = random32(&state);
            right[i][j] = random32(&state) | 1;
        }
    }
    uint32_t sum = 0;
    for (uint32_t round = 0; round < scale; round++) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                uint32_t dot = 0;
                for (int k = 0; k < N; k++) {
                    dot += left[i][k] * right[k][j];
                }
                product[i][j] = dot;
            }
        }
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                left[i][j] = product[i][j] ^ round;
            }
        }
        sum = fold(sum, product[round % N][N / 2]);
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            sum = fold(sum, left[i][j]);
        }
    }
    return sum;
}
