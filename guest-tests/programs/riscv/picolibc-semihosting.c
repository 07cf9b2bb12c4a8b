// A C program with picolibc alone: its start-up code, printf and exit go through semihosting. The exit code is main's result.
//   riscv64-unknown-elf-gcc --specs=picolibc.specs --oslib=semihost --crt0=hosted ...
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

int main(void) {
    int numbers[] = {31, 4, 15, 9, 26, 5, 35};
    qsort(numbers, 7, sizeof *numbers, compare);
    printf("Hello from picolibc, %d bits\n", (int)sizeof(void *) * 8);
    for (int i = 0; i < 7; i++) {
        printf("%d%s", numbers[i], i < 6 ? " " : "\n");
    }
    char *text = malloc(32);
    snprintf(text, 32, "%s %.3f %x", "pi is", 3.14159265, 0xbeefu);
    puts(text);
    return (int)strlen(text);   // 16
}
