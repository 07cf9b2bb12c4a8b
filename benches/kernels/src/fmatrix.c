// Product of two 96 x 96 matrices of floats (single precision). A unit: one product.
#include "kernel.h"

enum { N = 96 };

static float left[N][N], right[N][N], product[N][N];

uint32_t kernel(uint32_t scale) {
    uint32_t state = 9;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            left[i][j] = (float)(random32(&state) >> 16) / 65536.0f;
            right[i][j] = (float)(random32(&state) >> 16) / 65536.0f;
        }
    }
    uint32_t sum = 0;
    for (uint32_t round = 0; round < scale; round++) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                float dot = 0;
                for (int k = 0; k < N; k++) {
                    dot += left[i][k] * right[k][j];
                }
                product[i][j] = dot;
            }
        }
        int row = (int)(round % N);
        for (int j = 0; j < N; j++) {
            left[row][j] = product[row][j] / (float)N;
        }
        sum = fold_float(sum, product[row][N / 2]);
    }
    return sum;
}
