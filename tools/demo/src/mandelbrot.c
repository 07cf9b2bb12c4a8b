// The Mandelbrot set, 70 by 30 characters, in double precision.
#include "runtime.h"

enum { COLUMNS = 70, ROWS = 30, MOST = 1000 };

int main(void) {
    static const char shades[] = " .,:;-=+*oxOX%#@";
    for (int row = 0; row < ROWS; row++) {
        double ci = 2.4 * row / (ROWS - 1) - 1.2;
        for (int column = 0; column < COLUMNS; column++) {
            double cr = 3.1 * column / (COLUMNS - 1) - 2.2;
            double zr = 0, zi = 0;
            int n = 0;
            while (n < MOST && zr * zr + zi * zi < 4) {
                double next = zr * zr - zi * zi + cr;
                zi = 2 * zr * zi + ci;
                zr = next;
                n++;
            }
            put_char(n == MOST ? shades[15] : shades[n < 30 ? n / 2 : 14]);
        }
        put_char('\n');
    }
    return 0;
}
