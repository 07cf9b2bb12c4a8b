// Iterations of the Mandelbrot set on a grid of 64 columns, at most 200 a point (double precision, compare and branch).
// A unit: one row of the grid.
#include "kernel.h"

enum { COLUMNS = 64, MOST = 200 };

uint32_t kernel(uint32_t scale) {
    uint32_t sum = 0;
    for (uint32_t row = 0; row < scale; row++) {
        double ci = 2.4 * row / scale - 1.2;
        for (int column = 0; column < COLUMNS; column++) {
            double cr = 3.0 * column / COLUMNS - 2.2;
            double zr = 0, zi = 0;
            uint32_t n = 0;
            while (n < MOST && zr * zr + zi * zi < 4) {
                double next = zr * zr - zi * zi + cr;
                zi = 2 * zr * zi + ci;
                zr = next;
                n++;
            }
            sum = fold(sum, n);
        }
    }
    return sum;
}
