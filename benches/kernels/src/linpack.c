// LU decomposition with partial pivoting of a 100 x 100 system and its solution, as LINPACK's DGEFA and DGESL do (double).
// A unit: one system.
#include "kernel.h"

enum { N = 100 };

static double a[N][N];
static double b[N];

static double magnitude(double x) {
    return x < 0 ? -x : x;
}

// row[from..N] += factor * with[from..N]
__attribute__((noinline)) static void add_scaled(double *row, const double *with, double factor, int from) {
    for (int j = from; j < N; j++) {
        row[j] += factor * with[j];
    }
}

static void solve(void) {
    for (int k = 0; k < N; k++) {
        int pivot = k;
        for (int i = k + 1; i < N; i++) {
            if (magnitude(a[i][k]) > magnitude(a[pivot][k])) {
                pivot = i;
            }
        }
        for (int j = k; j < N; j++) {
            double value = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = value;
        }
        double value = b[k];
        b[k] = b[pivot];
        b[pivot] = value;
        for (int i = k + 1; i < N; i++) {
            double factor = -a[i][k] / a[k][k];
            add_scaled(a[i], a[k], factor, k + 1);
            b[i] += factor * b[k];
        }
    }
    for (int k = N - 1; k >= 0; k--) {
        for (int j = k + 1; j < N; j++) {
            b[k] -= a[k][j] * b[j];
        }
        b[k] /= a[k][k];
    }
}

uint32_t kernel(uint32_t scale) {
    uint32_t state = 8;
    uint32_t sum = 0;
    for (uint32_t round = 0; round < scale; round++) {
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                a[i][j] = (double)(int32_t)random32(&state) / 2147483648.0;
            }
            b[i] = (double)i;
        }
        solve();
        sum = fold_double(fold_double(sum, b[0]), b[N - 1]);
    }
    return sum;
}
