// Output over the 16550 UART, polled, as every board here has it.
#include "runtime.h"

static volatile uint8_t *const uart = (volatile uint8_t *)0x10000000;

enum { THR = 0, LSR = 5, LSR_THRE = 0x20 };

void put_char(char c) {
    while (!(uart[LSR] & LSR_THRE)) {
    }
    uart[THR] = (uint8_t)c;
}

void put_text(const char *text) {
    while (*text) {
        put_char(*text++);
    }
}

void put_unsigned(unsigned long value) {
    if (value >= 10) {
        put_unsigned(value / 10);
    }
    put_char((char)('0' + value % 10));
}

void put_hex(unsigned long value) {
    for (int shift = (int)sizeof value * 8 - 4; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[value >> shift & 15]);
    }
}
