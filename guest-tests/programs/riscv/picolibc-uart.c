// A C program with picolibc whose stdout is the UART: the start-up code of this repository, picolibc's printf. Ends by the finisher.
#include <stdio.h>

#include "runtime.h"

static int put(char c, FILE *file) {
    (void)file;
    put_char(c);
    return c;
}

static FILE uart = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdout = &uart;

int main(void) {
    printf("Hello over the UART, from printf: %s, %ld, %.6f\n", "text", -42L, 2.718281828);
    return 7;
}
